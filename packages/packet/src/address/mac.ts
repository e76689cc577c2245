import { AddressError } from './error.ts'

const pattern = /^[\da-f]{1,2}(?<separator>[:-])[\da-f]{1,2}(?:\k<separator>[\da-f]{1,2}){4}$/i

/** Parses `02:00:00:00:00:01` (or with `-`) to 6 bytes. Throws {@link AddressError}. */
export function parseMac(text: string): Uint8Array {
  const bytes = tryParseMac(text)
  if (bytes === undefined) throw new AddressError('INVALID_MAC', text, 'write six hex bytes, like 02:00:00:00:00:01')
  return bytes
}

/** Like {@link parseMac}, but `undefined` when the text is not a MAC address. */
export function tryParseMac(text: string): Uint8Array | undefined {
  if (!pattern.test(text)) return undefined
  return Uint8Array.from(text.split(/[:-]/), (byte) => Number.parseInt(byte, 16))
}

/** Formats bytes as lower-case hex with colons. */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}
