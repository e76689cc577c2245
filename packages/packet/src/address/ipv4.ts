import { AddressError } from './error.ts'

const DOT = 46
const ZERO = 48

/** Parses dotted IPv4 text to a host-order uint32 (`10.0.0.1` → `0x0a000001`). Throws {@link AddressError}. */
export function parseIpv4(text: string): number {
  const value = tryParseIpv4(text)
  if (value === undefined) throw new AddressError('INVALID_IPV4', text, explainIpv4(text))
  return value
}

/** Like {@link parseIpv4}, but `undefined` when the text is not an IPv4 address. */
export function tryParseIpv4(text: string): number | undefined {
  const value = scanIpv4(text, 0)
  return value < 0 ? undefined : value
}

/** Formats a host-order uint32 as dotted text. */
export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** The four bytes of a host-order uint32, in network order. */
export function ipv4Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** The host-order uint32 of four bytes in network order. */
export function ipv4FromBytes(bytes: Uint8Array, offset = 0): number {
  return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0
}

/** The address from `start` to the end of the text, or -1. A leading zero is refused: `010` is 8 to some readers. */
export function scanIpv4(text: string, start: number): number {
  let value = 0
  let index = start
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(index++) !== DOT) return -1
    const first = index
    let octet = 0
    for (; index < text.length && index < first + 4; index++) {
      const digit = text.charCodeAt(index) - ZERO
      if (digit < 0 || digit > 9) break
      octet = octet * 10 + digit
    }
    if (index === first || octet > 255 || (index > first + 1 && text.charCodeAt(first) === ZERO)) return -1
    value = value * 256 + octet
  }
  return index === text.length ? value : -1
}

/** Why {@link scanIpv4} refuses the text. */
export function explainIpv4(text: string): string {
  const right = 'write four numbers from 0 to 255, like 10.0.0.1'
  const parts = text.split('.')
  const odd = parts.find((part) => !/^\d+$/.test(part))
  if (odd !== undefined)
    return `${odd === '' ? 'a number is missing' : `${JSON.stringify(odd)} is not a number`}; ${right}`
  if (parts.length !== 4) return `it has ${parts.length} number${parts.length === 1 ? '' : 's'}; ${right}`
  const large = parts.find((part) => Number(part) > 255)
  if (large !== undefined) return `${large} is over 255; ${right}`
  const padded = parts.find((part) => part.length > 1 && part.startsWith('0')) ?? ''
  return `${padded} has a leading zero, which some read as octal; write ${Number(padded)}`
}
