import type { Member } from '../model/backend.ts'

/** Greatest weight that a ring takes. */
const MOST = 255

/** Weights of members as a ring takes them: 1 where they are all equal, and at most 255. 0 stays 0, all else at least 1. */
export function shareOf(members: readonly Member[]): (weight: number) => number {
  const weights = members.map(({ weight }) => weight).filter((weight) => weight > 0)
  const most = weights.reduce((a, b) => Math.max(a, b), 0)
  if (weights.every((weight) => weight === most)) return (weight) => Math.min(weight, 1)
  const scale = Math.min(1, MOST / most)
  return (weight) => (weight === 0 ? 0 : Math.max(1, Math.round(weight * scale)))
}
