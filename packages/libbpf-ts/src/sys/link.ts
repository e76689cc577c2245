import { addon } from './addon.ts'
import { Attr } from './attr.ts'
import { Command } from './commands.ts'

/** `enum bpf_attach_type`, as far as links of this package use it. */
export const AttachType = {
  skLookup: 36,
  xdp: 37,
  perfEvent: 41,
  tcxIngress: 46,
  tcxEgress: 47,
} as const

/** BPF_F_* of attaching. */
export const AttachFlag = {
  replace: 4,
  before: 8,
  after: 16,
  id: 32,
  link: 8192,
} as const

/** What BPF_LINK_CREATE takes. `target`: an fd or a device's index. */
export interface CreateLink {
  readonly program: number
  readonly target: number
  readonly attachType: number
  readonly flags?: number | undefined
  /** TCX and cgroup: the fd or id of the neighbour, and the revision that is expected. */
  readonly relative?: { readonly to: number; readonly revision: bigint } | undefined
  /** perf events: what `bpf_get_attach_cookie()` answers. */
  readonly cookie?: bigint | undefined
}

/** An fd, or a negative errno. */
export function createLink(link: CreateLink): number {
  const attr = new Attr(link.relative ? 32 : link.cookie ? 24 : 16)
    .u32(0, link.program)
    .u32(4, link.target)
    .u32(8, link.attachType)
    .u32(12, link.flags ?? 0)
  if (link.relative) attr.u32(16, link.relative.to).u64(24, link.relative.revision)
  if (link.cookie) attr.u64(16, link.cookie)
  return addon().bpf(Command.linkCreate, attr.bytes)
}

/** `expected`: the fd of the program that must be there now. */
export function updateLink(link: number, program: number, expected: number | undefined): number {
  const attr = new Attr(16).u32(0, link).u32(4, program)
  if (expected !== undefined) attr.u32(8, AttachFlag.replace).u32(12, expected)
  return addon().bpf(Command.linkUpdate, attr.bytes)
}

export function detachLink(link: number): number {
  return addon().bpf(Command.linkDetach, new Attr(4).u32(0, link).bytes)
}
