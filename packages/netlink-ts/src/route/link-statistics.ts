import type { AttributeCodec } from '../wire/table.ts'

/** The fields of `struct rtnl_link_stats64`, in its order. Older kernels end earlier. */
const fields = [
  'rxPackets',
  'txPackets',
  'rxBytes',
  'txBytes',
  'rxErrors',
  'txErrors',
  'rxDropped',
  'txDropped',
  'multicast',
  'collisions',
  'rxLengthErrors',
  'rxOverErrors',
  'rxCrcErrors',
  'rxFrameErrors',
  'rxFifoErrors',
  'rxMissedErrors',
  'txAbortedErrors',
  'txCarrierErrors',
  'txFifoErrors',
  'txHeartbeatErrors',
  'txWindowErrors',
  'rxCompressed',
  'txCompressed',
  'rxNohandler',
  'rxOtherhostDropped',
] as const

/** A device's counters since it was made. What an older kernel does not count is 0. */
export type LinkStatistics = Readonly<Record<(typeof fields)[number], bigint>>

export const linkStatistics: AttributeCodec<LinkStatistics> = {
  encode(to, value) {
    for (const field of fields) to.u64(value[field])
  },
  decode(from) {
    const view = from.view()
    const counters = {} as Record<(typeof fields)[number], bigint>
    for (let i = 0, at = 0; i < fields.length; i++, at += 8)
      counters[fields[i]!] = at + 8 <= view.byteLength ? view.getBigUint64(at, true) : 0n
    return counters
  },
}
