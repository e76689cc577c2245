/** When a check is due: points one interval apart, each with some delay at random. Times in monotonic ms. */
export interface Grid {
  /** The point that the last check belonged to. */
  readonly point: number
  /** When the next check starts. */
  readonly due: number
  /** Points that went by without a check. */
  readonly skipped: number
}

const FIRST_WITHIN_MS = 1000

/** The same key always has the same place in its interval (FNV-1a with a final mix), from 0 to 1. */
export function placeOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** The first check is soon, within a second; after it they spread over the interval. */
export function firstDue(place: number, intervalMs: number, now: number): Grid {
  const due = now + place * Math.min(intervalMs, FIRST_WITHIN_MS)
  const next = now + place * intervalMs
  return { point: next - due < intervalMs / 2 ? next : next - intervalMs, due, skipped: 0 }
}

/** The next point after a check: never less than `now`, never off the grid, and what was missed is not made up for. */
export function nextDue(point: number, intervalMs: number, delayMs: number, now: number): Grid {
  const following = point + intervalMs
  const skipped = Math.max(0, Math.floor((now - following) / intervalMs))
  const reached = following + skipped * intervalMs
  return { point: reached, due: Math.max(now, reached + delayMs), skipped }
}
