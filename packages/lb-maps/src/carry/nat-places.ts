import type { NatHash } from './nat-hash.ts'
import { LINE, type Words } from './nat-tables.ts'

/** Indexes of the words where a key may stand: those of the line of either half of its hash. */
export function* placesOf({ lo, hi }: NatHash, lines: number): Generator<number> {
  for (const half of [lo, hi]) {
    const first = (half & (lines - 1)) * LINE
    for (let at = first; at < first + LINE; at++) yield at
  }
}

/**
 * Where the word at `place` of a table of `from` lines goes in one of `to` lines: to the line that its half of the hash leads
 * to, at the same place in it. No two go to one place. `undefined`: the hash does not lead to where it is.
 */
export function placeAfter(hash: NatHash, place: number, from: number, to: number): number | undefined {
  const line = Math.floor(place / LINE)
  const half = [hash.lo, hash.hi].find((one) => (one & (from - 1)) >>> 0 === line)
  return half === undefined ? undefined : ((half & (to - 1)) >>> 0) * LINE + (place % LINE)
}

/** Puts a word into a free place, the preferred one or another of the key's. Its index, or `undefined`: all are taken. */
export function claimPlace(
  table: Words,
  { hash, preferred, lines }: { readonly hash: NatHash; readonly preferred: number; readonly lines: number },
  word: (place: number) => bigint,
): number | undefined {
  const claims = (at: number): boolean =>
    table.halves[2 * at] === 0 && Atomics.compareExchange(table.longs, at, 0n, word(at)) === 0n
  if (claims(preferred)) return preferred
  for (const at of placesOf(hash, lines)) if (claims(at)) return at
  return undefined
}

/** Whether the tag stands nowhere else among the key's places. */
export function isOnlyTag(table: Words, hash: NatHash, lines: number, own: number): boolean {
  for (const at of placesOf(hash, lines)) if (at !== own && table.halves[2 * at] === hash.tag) return false
  return true
}

/** {tag, entry} as one word. */
export function wordOf(tag: number, high: number): bigint {
  return BigInt(tag) | (BigInt(high >>> 0) << 32n)
}
