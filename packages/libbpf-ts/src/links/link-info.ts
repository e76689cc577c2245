import { checked } from '../errors.ts'
import { Attr } from '../sys/attr.ts'
import { readInfo } from '../sys/object.ts'

const LINK_TYPES = [
  'unspec',
  'raw_tracepoint',
  'tracing',
  'cgroup',
  'iter',
  'netns',
  'xdp',
  'perf_event',
  'kprobe_multi',
  'struct_ops',
  'netfilter',
  'tcx',
  'uprobe_multi',
  'netkit',
  'sockmap',
] as const

/** What the kernel says about a link. */
export interface LinkInfo {
  readonly id: number
  /** As `bpftool link` shows it: `xdp`, `tcx`, `cgroup`, `netns`, `perf_event`. */
  readonly type: string
  readonly programId: number
  /** xdp, tcx: the device; 0 once it is gone. */
  readonly ifindex?: number
  /** tcx, cgroup, netns: `enum bpf_attach_type`. */
  readonly attachType?: number
  /** cgroup: its id, which is the inode of its folder. */
  readonly cgroupId?: bigint
  /** netns: its inode. */
  readonly netns?: number
}

/** struct bpf_link_info */
const SIZE = 64
const SPECIFIC = 16

/** Errors: as the kernel refuses. Minimum kernel 5.8. Equivalent to: `bpftool link show`. */
export function linkInfo(fd: number): LinkInfo {
  const info = new Attr(SIZE)
  checked(readInfo(fd, info.bytes), 'link.info', `link fd ${fd}`)
  const type = LINK_TYPES[info.getU32(0)] ?? `type ${info.getU32(0)}`
  return { id: info.getU32(4), type, programId: info.getU32(8), ...specific(type, info) }
}

function specific(type: string, info: Attr): Partial<LinkInfo> {
  switch (type) {
    case 'xdp':
      return { ifindex: info.getU32(SPECIFIC) }
    case 'tcx':
    case 'netkit':
      return { ifindex: info.getU32(SPECIFIC), attachType: info.getU32(SPECIFIC + 4) }
    case 'cgroup':
      return { cgroupId: info.getU64(SPECIFIC), attachType: info.getU32(SPECIFIC + 8) }
    case 'netns':
      return { netns: info.getU32(SPECIFIC), attachType: info.getU32(SPECIFIC + 4) }
    default:
      return {}
  }
}
