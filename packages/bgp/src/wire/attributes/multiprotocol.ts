import { formatAddress, parseAddress } from '@skep/packet'
import { u16, Writer } from '../bytes.ts'
import { UpdateError } from '../codes.ts'
import { type AfiSafi, afiOf, type Family, familyOf, UNICAST } from '../family.ts'
import { PrefixList } from '../prefixes.ts'
import { updateError } from './attribute.ts'

export const MP_REACH = 14
export const MP_UNREACH = 15

/** Where packets are to be sent: an address, and for IPv6 perhaps the one on the shared link. */
export interface NextHop {
  readonly address: string
  readonly linkLocal?: string
}

/** Prefixes that are announced, and by which next hop. */
export interface Reach {
  readonly family: Family
  readonly nextHop: NextHop
  readonly prefixes: PrefixList
}

/** Reads MP_REACH_NLRI (RFC 4760, 2545, 8950); a family that we do not speak as that alone. Errors end the session. */
export function decodeReach(value: Uint8Array): Reach | AfiSafi {
  if (value.length < 5) throw malformed('MP_REACH_NLRI ends within its first fields', value)
  const [afi, safi, length] = [u16(value, 0), value[2]!, value[3]!]
  const family = familyOf(afi, safi)
  if (family === undefined) return { afi, safi }
  const start = 4 + length + 1
  if (start > value.length)
    throw malformed(`MP_REACH_NLRI has a next hop of ${length} bytes that reaches past its end`, value)
  const nextHop = decodeNextHop(family, value.subarray(4, 4 + length))
  if (nextHop === undefined)
    throw malformed(`MP_REACH_NLRI has a next hop of ${length} bytes, which ${family} cannot have`, value)
  return { family, nextHop, prefixes: PrefixList.decode(family, value.subarray(start)) }
}

/** Reads MP_UNREACH_NLRI; a family that we do not speak as that alone. */
export function decodeUnreach(value: Uint8Array): PrefixList | AfiSafi {
  if (value.length < 3) throw malformed('MP_UNREACH_NLRI ends within its first fields', value)
  const [afi, safi] = [u16(value, 0), value[2]!]
  const family = familyOf(afi, safi)
  return family === undefined ? { afi, safi } : PrefixList.decode(family, value.subarray(3))
}

/** What stands in MP_REACH_NLRI before the prefixes. */
export function reachHead(family: Family, nextHop: NextHop): Uint8Array {
  const addresses = [nextHop.address, ...(nextHop.linkLocal === undefined ? [] : [nextHop.linkLocal])]
  const parts = addresses.map((text) => parseAddress(text).bytes)
  const writer = new Writer()
    .u16(afiOf(family))
    .u8(UNICAST)
    .u8(parts.reduce((sum, { length }) => sum + length, 0))
  for (const part of parts) writer.bytes(part)
  return writer.u8(0).done()
}

/** What stands in MP_UNREACH_NLRI before the prefixes. */
export function unreachHead(family: Family): Uint8Array {
  return Uint8Array.of(0, afiOf(family), UNICAST)
}

function decodeNextHop(family: Family, bytes: Uint8Array): NextHop | undefined {
  if (bytes.length === 16) return { address: formatAddress(bytes) }
  if (bytes.length === 32)
    return { address: formatAddress(bytes.subarray(0, 16)), linkLocal: formatAddress(bytes.subarray(16)) }
  return family === 'ipv4' && bytes.length === 4 ? { address: formatAddress(bytes) } : undefined
}

function malformed(message: string, value: Uint8Array): Error {
  return updateError('session-reset', UpdateError.optionalAttribute, message, value.slice(0, 64))
}
