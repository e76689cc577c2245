import { type Address, AddressError, parseAddress, parseMac, tryParseAddress } from '@skep/packet'
import { wrong } from './error.ts'

/** Checks at the border: each names the place, the value and what would be right. */

export type Family = 'ipv4' | 'ipv6'

/** Refuses keys that the verb does not have: a misspelt option must not be silently ignored. */
export function checkKeys(operation: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options))
    if (!known.includes(key)) wrong(operation, key, 'an unknown option', `one of ${known.join(', ')}`)
}

export function checkWhole(operation: string, field: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    wrong(operation, field, value, `a whole number from ${min} to ${max}`)
  return value
}

export function checkAddress(operation: string, field: string, value: string, family: Family): Address {
  const right = family === 'ipv4' ? 'an IPv4 address like "10.0.0.1"' : 'an IPv6 address like "2001:db8::1"'
  try {
    const address = parseAddress(value)
    return address.family === (family === 'ipv4' ? 4 : 6) ? address : wrong(operation, field, value, right)
  } catch (error) {
    if (error instanceof AddressError) wrong(operation, field, value, right)
    throw error
  }
}

/** An address of either family. */
export function checkAnyAddress(operation: string, field: string, value: string): Address {
  return tryParseAddress(value) ?? wrong(operation, field, value, 'an address like "10.0.0.1" or "2001:db8::1"')
}

export function checkMac(operation: string, field: string, value: string): Uint8Array {
  try {
    return parseMac(value)
  } catch {
    return wrong(operation, field, value, 'six hex bytes, like "02:00:00:00:00:01"')
  }
}
