import {
  addressFromBytes,
  cidrLast,
  cidrNetwork,
  compareAddresses,
  formatAddress,
  parseAddress,
  parseCidr,
} from '@skep/packet'
import type { AddressRange } from '../config/model.ts'

/** Reads `192.0.2.0/24` or `192.0.2.10-192.0.2.20`. Throws with what is wrong. */
export function parseRange(text: string): AddressRange {
  if (!text.includes('-')) {
    const cidr = parseCidr(text)
    return { first: formatAddress(cidrNetwork(cidr)), last: formatAddress(cidrLast(cidr)) }
  }
  const [from = '', to = ''] = text.split('-').map((part) => part.trim())
  const [first, last] = [parseAddress(from), parseAddress(to)]
  if (first.family !== last.family) throw new Error(`${JSON.stringify(text)} goes from one address family to another`)
  if (compareAddresses(first, last) > 0)
    throw new Error(`${JSON.stringify(text)} ends before it begins; write the lower address first`)
  return { first: formatAddress(first), last: formatAddress(last) }
}

export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return (
    a.first.includes(':') === b.first.includes(':') &&
    number(a.first) <= number(b.last) &&
    number(b.first) <= number(a.last)
  )
}

export function inRange({ first, last }: AddressRange, address: string): boolean {
  return rangesOverlap({ first, last }, { first: address, last: address })
}

/** The address as a number. */
export function number(address: string): bigint {
  return parseAddress(address).bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/** The address of a number. */
export function addressOf(value: bigint, family: 4 | 6): string {
  const bytes = new Uint8Array(family === 4 ? 4 : 16)
  for (let i = bytes.length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return formatAddress(addressFromBytes(bytes))
}
