import { PHASE } from './layout.ts'
import { ageSlot, moveSlot, type MoveRules } from './move-slot.ts'
import { emptySlots, numberOf, phaseOf, type Slots, slotWord } from './slots.ts'
import type { Now } from './clock.ts'
import type { Policy } from './policy.ts'
import type { BackendTable, Wanted } from './wanted.ts'

/** Fills a ring with member numbers, from weights of a service's rows. */
export type FillRing = (weights: Uint32Array) => Uint16Array

/**
 * The slots of a service that this node has not had until now, as they are on nodes that have had it all the time: the
 * ring before the declared times of adding and draining that still matter, moved at each of them. A slot that has settled
 * is stable here: this node has no records.
 */
export function slotsFromHistory(
  { weights, times }: BackendTable,
  { start, count, policy }: Wanted,
  { seconds, epochSeconds }: Now,
  fill: FillRing,
): Slots {
  const { moveSeconds, idleSeconds, firstPhase } = policy
  const lasts = idleSeconds + (firstPhase === PHASE.move ? moveSeconds : 0)
  const rules = { firstPhase, abandoned: new Set<number>(), failed: new Set<number>(), remembers: true }
  const ringAt = (moment: number): Uint16Array => fill(times.weightsAt(weights, start, count, moment))
  const sinceBoot = (moment: number): number => Math.floor(seconds - epochSeconds + moment)
  const moments = times.changes(start, count, epochSeconds)
  const begin = firstThatMatters(moments, epochSeconds, lasts)
  const first = ringAt(moments[begin - 1] ?? -Infinity)
  const slots = emptySlots(first.length)
  slots.words.set(first)
  for (const moment of moments.slice(begin)) {
    age(slots, sinceBoot(moment), policy)
    moveAll(slots, ringAt(moment), { ...rules, now: sinceBoot(moment) })
  }
  age(slots, seconds, policy)
  return slots
}

/** A change matters while its slots move, and as long if another one came while they did: that one kept their previous. */
function firstThatMatters(moments: readonly number[], now: number, lasts: number): number {
  let first = moments.length
  for (let until = now; first > 0 && until - moments[first - 1]! < lasts; until = moments[first]!) first--
  return first
}

function moveAll(slots: Slots, to: Uint16Array, rules: MoveRules): void {
  for (let slot = 0; slot < to.length; slot++) moveSlot(slots, slot, to[slot]!, rules)
}

/** A phase that is over began the next one at its end, not when somebody looked. */
function age(slots: Slots, now: number, policy: Policy): void {
  const { words, since } = slots
  for (let slot = 0; slot < words.length; slot++) {
    const { move } = PHASE
    while (phaseOf(words[slot]!) === move || phaseOf(words[slot]!) === PHASE.harvest) {
      const began = since[slot]!
      const lasts = phaseOf(words[slot]!) === move ? policy.moveSeconds : policy.idleSeconds
      if (!ageSlot(slots, slot, now, policy)) break
      since[slot] = began + lasts
    }
    if (phaseOf(words[slot]!) === PHASE.settled) words[slot] = slotWord(PHASE.stable, numberOf(words[slot]!))
  }
}
