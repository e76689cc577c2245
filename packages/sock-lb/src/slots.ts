import type { SockMember } from './desired.ts'

/** Shares are exact up to this many slots a member, and rounded beyond. */
const MOST_SLOTS = 16

/** Which backends a service has: ids in ascending order, a backend with a larger share several times. */
export interface Slots {
  readonly active: readonly number[]
  /** Those without a share, that keep what they have. */
  readonly draining: readonly number[]
}

/** The slots that give each member its share; those that are left out drain. */
export function slotsOf(members: readonly SockMember[], leftOut: readonly number[] = []): Slots {
  const sharing = members.filter(({ weight }) => weight > 0)
  const unit = unitOf(sharing.map(({ weight }) => weight))
  return {
    active: sharing
      .flatMap(({ backend, weight }) => Array<number>(Math.max(1, Math.round(weight / unit))).fill(backend))
      .toSorted((a, b) => a - b),
    draining: [...members.filter(({ weight }) => weight === 0).map(({ backend }) => backend), ...leftOut].toSorted(
      (a, b) => a - b,
    ),
  }
}

/** The largest weight that divides all of them; larger, where that would take too many slots. */
function unitOf(weights: readonly number[]): number {
  const divisor = weights.reduce((a, b) => gcd(a, b), 0) || 1
  return Math.max(divisor, Math.max(0, ...weights) / MOST_SLOTS)
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** Header and backends. */
export function lengthOf({ active, draining }: Slots): number {
  return 1 + active.length + draining.length
}

/** All of them, draining or not. */
export function idsOf({ active, draining }: Slots): number[] {
  return [...active, ...draining]
}

export function sameSlots(a: Slots, b: Slots): boolean {
  return sameNumbers(a.active, b.active) && sameNumbers(a.draining, b.draining)
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
