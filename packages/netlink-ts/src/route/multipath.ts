import { address } from '../wire/codecs.ts'
import type { AttributeDecoder } from '../wire/decoder.ts'
import type { Encoder } from '../wire/encoder.ts'
import type { AttributeCodec, Region } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import { viaAddress } from './via.ts'

/** Size of `struct rtnexthop`; attributes follow each. */
const RTNEXTHOP = 8

interface HopAttributes {
  gateway?: string
  via?: string
}

/** One way of `RTA_MULTIPATH`. */
export interface Hop extends HopAttributes {
  index: number
  weight: number
  flags: number
}

const hopAttributes: AttributeTable<HopAttributes> = new AttributeTable<HopAttributes>({
  gateway: [5, 'RTA_GATEWAY', address],
  via: [18, 'RTA_VIA', viaAddress],
})

/** Structs one after another, each with its length, and attributes in what the struct leaves of it. */
export const multipath: AttributeCodec<Hop[]> = {
  encode: (to, hops) => hops.forEach((hop) => encodeHop(to, hop)),
  decode: decodeHops,
  regions: hopRegions,
}

function encodeHop(to: Encoder, hop: Hop): void {
  const start = to.length
  to.u16(0)
    .u8(hop.flags)
    .u8(hop.weight - 1)
    .u32(hop.index)
  hopAttributes.encode(to, hop)
  to.patch16(start, to.length - start)
}

function decodeHops(from: AttributeDecoder): Hop[] {
  const hops: Hop[] = []
  const view = from.view()
  for (let at = 0; at < view.byteLength;) {
    const length = at + RTNEXTHOP <= view.byteLength ? view.getUint16(at, true) : 0
    if (length < RTNEXTHOP || at + length > view.byteLength) {
      from.fail(`a next hop of ${length} bytes where ${view.byteLength - at} are left`)
      break
    }
    const head = { index: view.getInt32(at + 4, true), weight: view.getUint8(at + 3) + 1, flags: view.getUint8(at + 2) }
    hops.push({ ...hopAttributes.decode(from.part(at + RTNEXTHOP, at + length)), ...head })
    at += (length + 3) & ~3
  }
  return hops
}

function hopRegions(view: DataView, start: number, end: number): Region[] {
  const regions: Region[] = []
  for (let at = start; at + RTNEXTHOP <= end;) {
    const length = view.getUint16(at, true)
    if (length < RTNEXTHOP) break
    regions.push({ start: at + RTNEXTHOP, end: at + length, table: hopAttributes })
    at += (length + 3) & ~3
  }
  return regions
}
