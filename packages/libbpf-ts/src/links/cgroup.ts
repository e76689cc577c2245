import { closeSync, constants, openSync } from 'node:fs'
import { chosen } from '../chosen.ts'
import { BpfError, invalidInput } from '../errors.ts'
import { isMounted } from '../file-systems.ts'
import { attach, type Attachable } from './attach.ts'
import type { Link } from './link.ts'

/** The hooks of a cgroup, by the names that `bpftool cgroup` shows, and their `enum bpf_attach_type`. */
export const CGROUP_HOOKS = {
  cgroup_inet_ingress: 0,
  cgroup_inet_egress: 1,
  cgroup_inet_sock_create: 2,
  cgroup_sock_ops: 3,
  cgroup_device: 6,
  cgroup_inet4_bind: 8,
  cgroup_inet6_bind: 9,
  cgroup_inet4_connect: 10,
  cgroup_inet6_connect: 11,
  cgroup_inet4_post_bind: 12,
  cgroup_inet6_post_bind: 13,
  cgroup_udp4_sendmsg: 14,
  cgroup_udp6_sendmsg: 15,
  cgroup_sysctl: 18,
  cgroup_udp4_recvmsg: 19,
  cgroup_udp6_recvmsg: 20,
  cgroup_getsockopt: 21,
  cgroup_setsockopt: 22,
  cgroup_inet4_getpeername: 29,
  cgroup_inet6_getpeername: 30,
  cgroup_inet4_getsockname: 31,
  cgroup_inet6_getsockname: 32,
  cgroup_inet_sock_release: 34,
} as const

/** A hook of a cgroup, by the name that `bpftool cgroup` shows. */
export type CgroupHook = keyof typeof CGROUP_HOOKS

export interface CgroupOptions {
  /** The cgroup's folder in a cgroup v2 mount: it and all below it are seen. */
  readonly cgroup: string
  /** Default: the one that the program was loaded for. Programs opened from a pin do not know it. */
  readonly hook?: CgroupHook
}

const HINTS: Readonly<Record<number, string>> = {
  [-1]: 'a program above this cgroup allows none beside it',
  [-22]: 'was the program loaded for this hook?',
}

/**
 * Attaches a program to a cgroup, beside those that are there; all of them run.
 *
 * Errors: NOT_FOUND; INVALID_INPUT. Minimum kernel 5.7. Equivalent to: `bpftool cgroup attach <cgroup> <hook> … multi`
 * (as a link).
 */
export function attachCgroup(program: Attachable, options: CgroupOptions): Link {
  const operation = 'attachCgroup'
  const attachType =
    options.hook === undefined ? program.attachType : chosen(CGROUP_HOOKS, options.hook, operation, 'hook')
  if (attachType === undefined)
    throw invalidInput(operation, `program "${program.name}" was opened, not loaded: say which hook`)
  const fd = openFolder(options.cgroup, operation)
  try {
    const place = `${hookName(attachType)} of cgroup ${options.cgroup}`
    return attach(program, { operation, feature: 'link', place, request: { target: fd, attachType }, hints: HINTS })
  } finally {
    closeSync(fd)
  }
}

function hookName(attachType: number): string {
  return Object.entries(CGROUP_HOOKS).find(([, type]) => type === attachType)?.[0] ?? `attach type ${attachType}`
}

function openFolder(path: string, operation: string): number {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
    if (isMounted('cgroup2', path)) return fd
    closeSync(fd)
  } catch (cause) {
    throw new BpfError('NOT_FOUND', operation, `cgroup ${path}: ${String(cause)}`, { cause })
  }
  throw invalidInput(
    operation,
    `cgroup ${path} is a folder outside of every cgroup v2 mount; findmnt -t cgroup2 shows them`,
  )
}
