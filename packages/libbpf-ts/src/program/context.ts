/** `struct xdp_md` as a test run takes it. Indexes of a device of the current network namespace. */
export interface XdpContext {
  readonly ingressIfindex?: number
  readonly rxQueueIndex?: number
  /** Bytes of metadata that stand before the packet in `data`: a multiple of 4, at most 32. */
  readonly metadata?: number
}

/** `struct __sk_buff` as a test run takes it: the fields that the kernel lets a caller set. */
export interface SkbContext {
  readonly mark?: number
  readonly priority?: number
  readonly ingressIfindex?: number
  readonly ifindex?: number
  /** Five words that programs hand on to each other. */
  readonly cb?: readonly number[]
  /** Nanoseconds. */
  readonly tstamp?: bigint
  readonly wireLength?: number
  readonly gsoSegments?: number
  readonly gsoSize?: number
}

const XDP_MD = 24
const SK_BUFF = 192

/** The `context` of a test run of an XDP program; `length` is that of `data`. Minimum kernel 5.15. As in `bpftool prog run … ctx_in`. */
export function xdpContext(length: number, fields: XdpContext): Uint8Array {
  const view = new DataView(new ArrayBuffer(XDP_MD))
  view.setUint32(0, fields.metadata ?? 0, true)
  view.setUint32(4, length, true)
  view.setUint32(12, fields.ingressIfindex ?? 0, true)
  view.setUint32(16, fields.rxQueueIndex ?? 0, true)
  return new Uint8Array(view.buffer)
}

/** The `context` of a test run of a tc or cgroup_skb program. Minimum kernel 5.2 (`ifindex`, `wireLength`: 5.8). As `bpftool prog run … ctx_in`. */
export function skbContext(fields: SkbContext): Uint8Array {
  const view = new DataView(new ArrayBuffer(SK_BUFF))
  view.setUint32(8, fields.mark ?? 0, true)
  view.setUint32(32, fields.priority ?? 0, true)
  view.setUint32(36, fields.ingressIfindex ?? 0, true)
  view.setUint32(40, fields.ifindex ?? 0, true)
  fields.cb?.slice(0, 5).forEach((word, index) => view.setUint32(48 + 4 * index, word, true))
  view.setBigUint64(152, fields.tstamp ?? 0n, true)
  view.setUint32(160, fields.wireLength ?? 0, true)
  view.setUint32(164, fields.gsoSegments ?? 0, true)
  view.setUint32(176, fields.gsoSize ?? 0, true)
  return new Uint8Array(view.buffer)
}
