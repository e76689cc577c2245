/** RFC 4861, 4.1 and 4.2. */
const SOLICITATION = 133
const ADVERTISEMENT = 134

export const ICMPV6 = 58
export const ALL_NODES = 'ff02::1'
export const ALL_ROUTERS = 'ff02::2'

/** What neighbour discovery is sent with, and nothing that a router has passed on arrives with (RFC 4861, 6.1). */
export const NEIGHBOR_HOPS = 255

/** A Router Advertisement that says that we are here, and makes us nobody's default router. The kernel writes the checksum. */
export function encodeAdvertisement(): Uint8Array {
  return Uint8Array.of(ADVERTISEMENT, ...Array.from<number>({ length: 15 }).fill(0))
}

/** Asks routers to say now that they are here. */
export function encodeSolicitation(): Uint8Array {
  return Uint8Array.of(SOLICITATION, ...Array.from<number>({ length: 7 }).fill(0))
}

/** What came in, with how many hops left, as raw ICMPv6. */
export interface Arrival {
  readonly bytes: Uint8Array
  readonly from: string
  readonly hops: number
}

/** What a neighbour says that matters here; `undefined` for everything else, and for what is not valid (RFC 4861, 6.1). */
export function readArrival({ bytes, from, hops }: Arrival): 'solicitation' | 'advertisement' | undefined {
  if (hops !== NEIGHBOR_HOPS || bytes[1] !== 0) return undefined
  if (bytes[0] === SOLICITATION && bytes.length >= 8 && optionsFit(bytes, 8)) return 'solicitation'
  const isRouter = bytes[0] === ADVERTISEMENT && /^fe[89ab]/.test(from)
  return isRouter && bytes.length >= 16 && optionsFit(bytes, 16) ? 'advertisement' : undefined
}

/** Each option says how long it is, in eights of bytes, and none is of no length. */
function optionsFit(bytes: Uint8Array, from: number): boolean {
  let at = from
  while (at < bytes.length) {
    const length = 8 * (bytes[at + 1] ?? 0)
    if (length === 0) return false
    at += length
  }
  return at === bytes.length
}
