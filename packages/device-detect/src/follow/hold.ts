import type { Detection, Explanation } from '../detect/types.ts'

/** How long a device is kept whose routes have gone, in milliseconds, unless told otherwise. */
export const HOLD_MS = 10_000

/** Devices that were chosen before, and those of them whose routes have gone, by index, with the time of that. */
export interface Held {
  readonly chosen: ReadonlySet<number>
  readonly since: ReadonlyMap<number, number>
}

/** What is chosen now. */
export interface Holding {
  readonly detection: Detection
  readonly held: Held
  /** When the first of those that are held is to be let go. */
  readonly dueAt?: number
}

export const nothingHeld: Held = { chosen: new Set(), since: new Map() }

/**
 * Keeps devices for a while whose routes have gone: whoever configures a network anew takes routes away and brings them
 * back, and a program that is attached again resets many a driver. A device that has gone itself, or has become a
 * port of another, is let go at once. Pure; times in milliseconds.
 */
export function hold(found: Detection, before: Held, now: number, holdMs: number = HOLD_MS): Holding {
  const waits = found.explanations.filter((one) => before.chosen.has(one.index) && hasLostRoutes(one))
  const since = new Map(waits.map(({ index }) => [index, before.since.get(index) ?? now]))
  const kept = new Map([...since].filter(([, lost]) => now - lost < holdMs))
  const explanations = found.explanations.map((one) => (kept.has(one.index) ? keep(one) : one))
  const chosen = explanations.filter(({ chosen: is }) => is)
  const dueAt = Math.min(...[...kept.values()].map((lost) => lost + holdMs))
  return {
    detection: { ...found, explanations, devices: chosen.map(({ device }) => device) },
    held: { chosen: new Set(chosen.map(({ index }) => index)), since: kept },
    ...(kept.size > 0 ? { dueAt } : {}),
  }
}

function hasLostRoutes({ rule }: Explanation): boolean {
  return rule === 'no-route' || rule === 'veth'
}

function keep(one: Explanation): Explanation {
  return { ...one, chosen: true, rule: 'held', why: `${one.why}, since a moment ago; it is kept for a while` }
}
