import { formatAddress, tryParseAddress } from '@skep/packet'

/** What the API has for a part that is left out. */
export type Nullish<T> = T | null | undefined

const none: readonly never[] = Object.freeze([])

/** Each element of a list that may be left out, made smaller. */
export function each<T, U>(all: Nullish<readonly T[]>, keep: (one: T) => U): readonly U[] {
  return all == null || all.length === 0 ? none : all.map(keep)
}

/** Addresses in canonical spelling. */
export function addresses(all: Nullish<readonly string[]>): readonly string[] {
  return each(all, canonical)
}

/** An address in canonical spelling; what is none stays as it is. */
export function canonical(address: string): string {
  if (!address.includes(':')) return address
  const parsed = tryParseAddress(address)
  return parsed === undefined ? address : formatAddress(parsed)
}
