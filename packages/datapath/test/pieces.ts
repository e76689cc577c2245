import { build, fragment, ipv4, ipv6, type Part } from '@skep/packet'
import { type Family, type Leg, packet } from './packets.ts'

/** What is carried, without the transport header. */
export const payload = Uint8Array.from({ length: 1200 }, (_, i) => i)
/** Where a packet is cut. */
export const CUTS = [0, 512, 1024]

/** What of a packet in fragments may be otherwise. */
export interface Piece {
  readonly ttl?: number
  readonly id?: number
  readonly protocol?: number
  readonly before?: readonly Part[]
}

/** What a whole packet carries behind its IP header, with its checksum. */
export function carried(family: Family, on: Leg, transport: Part): Uint8Array {
  return packet(family, on, transport, payload).slice(family === 'v4' ? 34 : 54)
}

/** A packet on a leg in three fragments. */
export function inPieces(
  family: Family,
  on: Leg,
  transport: Part,
  { ttl = 64, id = 7, protocol = 17, before }: Piece = {},
): Uint8Array[] {
  const bytes = carried(family, on, transport)
  return CUTS.map((at, i) => {
    const end = CUTS[i + 1] ?? bytes.length
    const fields = { fragmentOffset: at, moreFragments: end < bytes.length }
    const ends = { src: on.source[family], dst: on.destination[family] }
    const headers =
      family === 'v4'
        ? [ipv4({ ...ends, ttl, protocol, id, ...fields })]
        : [ipv6({ ...ends, hopLimit: ttl }), fragment({ nextHeader: protocol, id, ...fields })]
    return build(on.ethernet, ...(before ?? []), ...headers, bytes.slice(at, end))
  })
}
