import { AddressError } from './error.ts'
import { explainIpv4, formatIpv4, ipv4Bytes, ipv4FromBytes, scanIpv4 } from './ipv4.ts'
import { formatIpv6, isV4Mapped, tryParseIpv6 } from './ipv6.ts'
import { explainIpv6 } from './ipv6-explain.ts'

/** An IP address: 4 or 16 bytes in network order. */
export interface Address {
  readonly family: 4 | 6
  readonly bytes: Uint8Array
}

/** Parses IPv4 or IPv6 text. `::ffff:1.2.3.4` stays family 6 (see {@link unmapAddress}). Throws {@link AddressError}. */
export function parseAddress(text: string): Address {
  const address = tryParseAddress(text)
  if (address === undefined) throw new AddressError('INVALID_ADDRESS', text, explainAddress(text))
  return address
}

/** Like {@link parseAddress}, but `undefined` when the text is not an address. */
export function tryParseAddress(text: string): Address | undefined {
  if (text.includes(':')) {
    const bytes = tryParseIpv6(text)
    return bytes && { family: 6, bytes }
  }
  const value = scanIpv4(text, 0)
  return value < 0 ? undefined : { family: 4, bytes: ipv4Bytes(value) }
}

/** Formats an address, or its 4 or 16 bytes, canonically (RFC 5952 for IPv6). */
export function formatAddress(address: Address | Uint8Array): string {
  const bytes = 'bytes' in address ? address.bytes : address
  if (bytes.length === 4) return formatIpv4(ipv4FromBytes(bytes))
  if (bytes.length === 16) return formatIpv6(bytes)
  throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`)
}

/** The address of 4 or 16 bytes (not copied). */
export function addressFromBytes(bytes: Uint8Array): Address {
  if (bytes.length === 4) return { family: 4, bytes }
  if (bytes.length === 16) return { family: 6, bytes }
  throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`)
}

/** The IPv4 address inside a v4-mapped one (`::ffff:1.2.3.4` → `1.2.3.4`); any other address as it is. */
export function unmapAddress(address: Address): Address {
  if (address.family === 4 || !isV4Mapped(address.bytes)) return address
  return { family: 4, bytes: address.bytes.slice(12) }
}

/** Orders IPv4 before IPv6, then by value; 0 for equal addresses. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family
  for (let i = 0; i < a.bytes.length; i++) {
    const difference = a.bytes[i]! - b.bytes[i]!
    if (difference !== 0) return difference
  }
  return 0
}

/** Why {@link tryParseAddress} refuses the text. */
export function explainAddress(text: string): string {
  if (text === '') return 'it is empty; write an address like 10.0.0.1 or 2001:db8::1'
  if (text.includes('/')) return 'it has a prefix length; write the address alone, like 10.0.0.1 or 2001:db8::1'
  if (text.includes(':')) return explainIpv6(text)
  if (!/^[\d.]+$/.test(text)) return 'a name is not looked up here; write an address like 10.0.0.1 or 2001:db8::1'
  return explainIpv4(text)
}
