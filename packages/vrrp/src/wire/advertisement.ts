import { addressFromBytes, checksum, formatAddress, parseAddress, pseudoHeaderSum } from '@skep/packet'
import { VrrpError } from '../error.ts'

/** The IP protocol number (RFC 9568, 5.1). */
export const VRRP_PROTOCOL = 112
/** Where advertisements go (RFC 9568, 5.1.1.2 and 5.1.2.2). */
export const groups: Readonly<Record<Family, string>> = { ipv4: '224.0.0.18', ipv6: 'ff02::12' }
/** Time to live or hop limit: no router has passed it on. */
export const VRRP_HOPS = 255

export type Family = 'ipv4' | 'ipv6'

/** What a VRRP router says (RFC 9568, 5.2). */
export interface Advertisement {
  /** The virtual router's number, 1 to 255. */
  readonly id: number
  /** 0: it gives the addresses up. 255: they are its own. */
  readonly priority: number
  /** Time between advertisements in hundredths of a second, 1 to 4095. */
  readonly interval: number
  /** In canonical spelling, all of one family. */
  readonly addresses: readonly string[]
}

/** Between whom it travels: the checksum may cover that. */
export interface Ends {
  readonly from: string
  readonly to: string
}

/**
 * What the checksum covers over IPv4. `pseudo-header`: the addresses too, as keepalived, FRR and readers of RFC 5798 have
 * it. `plain`: the message alone, as RFC 9568 has it (keepalived: `v3_checksum_as_v2`). Over IPv6 it is always the former.
 */
export type ChecksumKind = 'pseudo-header' | 'plain'

const HEADER = 8
const VERSION_3_ADVERTISEMENT = 0x31
const LONGEST_INTERVAL = 4095
const MOST_ADDRESSES = 255

/** The message as it follows the IP header. Throws `INVALID_INPUT` for what no message can say. */
export function encodeAdvertisement(
  { id, priority, interval, addresses }: Advertisement,
  ends: Ends,
  kind: ChecksumKind = 'pseudo-header',
): Uint8Array {
  whole('id', id, 1, 255)
  whole('priority', priority, 0, 255)
  whole('interval', interval, 1, LONGEST_INTERVAL)
  whole('number of addresses', addresses.length, 1, MOST_ADDRESSES)
  const family = parseAddress(ends.from).family
  const size = family === 4 ? 4 : 16
  const bytes = new Uint8Array(HEADER + size * addresses.length)
  bytes.set([VERSION_3_ADVERTISEMENT, id, priority, addresses.length, interval >> 8, interval & 255])
  for (const [i, text] of addresses.entries()) {
    const address = parseAddress(text)
    if (address.family !== family) throw invalid(`${text} is of another family than ${ends.from}`)
    bytes.set(address.bytes, HEADER + size * i)
  }
  const sum = checksum(bytes, 0, bytes.length, family === 6 || kind === 'pseudo-header' ? pseudoSum(bytes, ends) : 0)
  new DataView(bytes.buffer).setUint16(6, sum)
  return bytes
}

/** The message, or in words what is wrong with it. */
export type Decoded = { readonly advertisement: Advertisement } | { readonly wrong: string }

/** Reads a message. Over IPv4 either checksum is good: who sends which cannot be known before. */
export function decodeAdvertisement(bytes: Uint8Array, ends: Ends): Decoded {
  const wrong = problem(bytes, ends)
  if (wrong !== undefined) return { wrong }
  const size = addressSize(ends)
  const addresses = Array.from({ length: bytes[3]! }, (_, i) =>
    formatAddress(addressFromBytes(bytes.slice(HEADER + size * i, HEADER + size * (i + 1)))),
  )
  const interval = ((bytes[4]! & 15) << 8) | bytes[5]!
  return { advertisement: { id: bytes[1]!, priority: bytes[2]!, interval, addresses } }
}

function problem(bytes: Uint8Array, ends: Ends): string | undefined {
  if (bytes.length < HEADER) return `it has ${bytes.length} bytes, fewer than a VRRP header's 8`
  const [first = 0, id, , count = 0] = bytes
  if (first >> 4 !== 3)
    return `it is of VRRP version ${first >> 4}, not 3 (keepalived speaks version 3 with: vrrp_version 3)`
  if ((first & 15) !== 1) return `its type ${first & 15} is unknown`
  if (id === 0) return 'its virtual router id is 0'
  if (count === 0) return 'it has no addresses'
  const length = HEADER + addressSize(ends) * count
  if (bytes.length !== length) return `it has ${bytes.length} bytes, not the ${length} that ${count} addresses take`
  if ((((bytes[4]! & 15) << 8) | bytes[5]!) === 0) return 'its interval is 0'
  const plain = addressSize(ends) === 4 && checksum(bytes) === 0
  if (!plain && checksum(bytes, 0, bytes.length, pseudoSum(bytes, ends)) !== 0) return 'its checksum is wrong'
  return undefined
}

function addressSize({ from }: Ends): 4 | 16 {
  return from.includes(':') ? 16 : 4
}

function pseudoSum(bytes: Uint8Array, { from, to }: Ends): number {
  const pseudo = { src: parseAddress(from).bytes, dst: parseAddress(to).bytes }
  return pseudoHeaderSum(pseudo, VRRP_PROTOCOL, bytes.length)
}

function whole(what: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw invalid(`${value} is no ${what}; it is a whole number from ${min} to ${max}`)
}

function invalid(message: string): VrrpError {
  return new VrrpError('INVALID_INPUT', 'encode an advertisement', message)
}
