import { formatIpv4, formatIpv6, parseAddress, tryParseIpv4, tryParseIpv6 } from '@skep/packet'
import { AF_INET, AF_INET6, swapWord, type Family } from './layout.ts'

/**
 * Writes an address as the four words that the maps hold (IPv4 in the first, the rest zero) and returns its family;
 * `undefined` when the text is not an address.
 */
export function parseWords(text: string, out: Uint32Array, at: number): Family | undefined {
  const v4 = tryParseIpv4(text)
  if (v4 !== undefined) {
    out[at] = swapWord(v4)
    out[at + 1] = out[at + 2] = out[at + 3] = 0
    return AF_INET
  }
  const v6 = tryParseIpv6(text)
  if (v6 === undefined) return undefined
  for (let i = 0; i < 4; i++) {
    out[at + i] = v6[4 * i]! | (v6[4 * i + 1]! << 8) | (v6[4 * i + 2]! << 16) | (v6[4 * i + 3]! << 24)
  }
  return AF_INET6
}

/** The text of an address in map order. */
export function formatWords(words: Uint32Array, at: number, family: number): string {
  if (family === AF_INET) return formatIpv4(swapWord(words[at]!))
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 16; i++) bytes[i] = words[at + (i >>> 2)]! >>> (8 * (i & 3))
  return formatIpv6(bytes)
}

/** Orders two addresses of one family in map order by value. */
export function compareWords(a: Uint32Array, atA: number, b: Uint32Array, atB: number): number {
  for (let i = 0; i < 4; i++) {
    if (a[atA + i] !== b[atB + i]) return swapWord(a[atA + i]!) - swapWord(b[atB + i]!)
  }
  return 0
}

/** Why something is not an address. */
export function addressTrouble(text: unknown): string {
  if (typeof text !== 'string') return `${JSON.stringify(text)} is not text; write an address like 10.0.0.1`
  try {
    parseAddress(text)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error(`${text} is an address`)
}
