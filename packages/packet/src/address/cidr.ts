import type { Address } from './address.ts'
import { compareAddresses, explainAddress, formatAddress, tryParseAddress } from './address.ts'
import { AddressError } from './error.ts'

/** An address with a prefix length. The address keeps its host bits: see {@link cidrNetwork}. */
export interface Cidr {
  readonly address: Address
  /** 0–32 or 0–128. */
  readonly prefix: number
}

/** Parses `10.0.0.1/24` or `2001:db8::1/64`. Throws {@link AddressError}. */
export function parseCidr(text: string): Cidr {
  const cidr = tryParseCidr(text)
  if (cidr === undefined) throw new AddressError('INVALID_CIDR', text, explainCidr(text))
  return cidr
}

/** Like {@link parseCidr}, but `undefined` when the text is not a CIDR. */
export function tryParseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = tryParseAddress(text.slice(0, slash))
  const prefix = prefixLength(text.slice(slash + 1))
  return address && prefix <= widthOf(address) ? { address, prefix } : undefined
}

/** Formats as `address/prefix`, the address canonical and with its host bits. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.address)}/${cidr.prefix}`
}

/** The first address of the CIDR: host bits cleared (`10.0.0.1/24` → `10.0.0.0`). */
export function cidrNetwork(cidr: Cidr): Address {
  const bytes = cidr.address.bytes.map((byte, i) => byte & maskByte(cidr.prefix, i))
  return { family: cidr.address.family, bytes }
}

/** The last address of the CIDR: host bits set (`10.0.0.1/24` → `10.0.0.255`). */
export function cidrLast(cidr: Cidr): Address {
  const bytes = cidr.address.bytes.map((byte, i) => byte | (~maskByte(cidr.prefix, i) & 0xff))
  return { family: cidr.address.family, bytes }
}

/** True when the address, of the same family, lies in the CIDR. */
export function cidrContains(cidr: Cidr, address: Address): boolean {
  if (cidr.address.family !== address.family) return false
  const mine = cidr.address.bytes
  const whole = cidr.prefix >>> 3
  for (let i = 0; i < whole; i++) if (mine[i] !== address.bytes[i]) return false
  return (cidr.prefix & 7) === 0 || ((mine[whole]! ^ address.bytes[whole]!) & maskByte(cidr.prefix, whole)) === 0
}

/** True when the two share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.prefix <= b.prefix ? cidrContains(a, b.address) : cidrContains(b, a.address)
}

/** True when both stand for the same set of addresses. */
export function sameCidr(a: Cidr, b: Cidr): boolean {
  return a.prefix === b.prefix && compareAddresses(cidrNetwork(a), cidrNetwork(b)) === 0
}

function maskByte(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - 8 * index))
  return (0xff00 >>> bits) & 0xff
}

function widthOf(address: Address): number {
  return address.family === 4 ? 32 : 128
}

function prefixLength(text: string): number {
  return /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
}

function explainCidr(text: string): string {
  const slash = text.indexOf('/')
  if (slash < 0) return 'the prefix length is missing; write it like 10.0.0.0/24 or 2001:db8::/64'
  const address = tryParseAddress(text.slice(0, slash))
  if (address === undefined) return explainAddress(text.slice(0, slash))
  return `the prefix length ${JSON.stringify(text.slice(slash + 1))} must be a number from 0 to ${widthOf(address)}`
}
