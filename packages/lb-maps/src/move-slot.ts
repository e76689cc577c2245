import { PHASE, RING_SLOT_EMPTY } from './layout.ts'
import type { Policy } from './policy.ts'
import { numberOf, phaseOf, type Slots, slotWord } from './slots.ts'

/** What decides how slots change hands. */
export interface MoveRules {
  /** MOVE, or HARVEST where packets cannot tell new connections from old. */
  readonly firstPhase: number
  /** Seconds since boot. */
  readonly now: number
  /** Members whose connections go to others at once. */
  readonly abandoned: ReadonlySet<number>
  /** Members that take no connections any more, whatever becomes of those that they have. */
  readonly failed: ReadonlySet<number>
  /** Without records nothing can be remembered: only slots of members that failed change hands then. */
  readonly remembers: boolean
}

/**
 * Gives a slot to another member, or to the same. A slot that is asked for its previous member keeps the first one,
 * whoever has it meanwhile: connections that nobody has recorded are that member's. Comes it back to the first one, then
 * it need not be asked any more: what is not recorded is its own either way. In SETTLED what is not recorded is the
 * current member's, so the move begins anew.
 */
export function moveSlot(slots: Slots, slot: number, to: number, rules: MoveRules): void {
  const { words, previous } = slots
  const word = words[slot]!
  const from = numberOf(word)
  const phase = phaseOf(word)
  if (phase === PHASE.move || phase === PHASE.harvest) {
    const isSettled = previous[slot] === to || rules.abandoned.has(previous[slot]!)
    words[slot] = slotWord(isSettled ? PHASE.settled : phase, to)
  } else if (to !== from) {
    if (from === RING_SLOT_EMPTY || rules.abandoned.has(from)) words[slot] = slotWord(phase, to)
    else if (rules.remembers) beginMove(slots, slot, from, to, rules)
    else if (rules.failed.has(from)) words[slot] = slotWord(phase, to)
  }
}

function beginMove({ words, previous, since }: Slots, slot: number, from: number, to: number, rules: MoveRules): void {
  words[slot] = slotWord(rules.firstPhase, to)
  previous[slot] = from
  since[slot] = rules.now
}

/** The durations of a service's phases. */
export type Durations = Pick<Policy, 'moveSeconds' | 'idleSeconds'>

/**
 * Brings a slot to the phase that it has `now`: MOVE as long as the service says, then HARVEST for an idle time-out, then
 * SETTLED. True when it changed. What follows SETTLED depends on records, not on time.
 */
export function ageSlot({ words, since }: Slots, slot: number, now: number, durations: Durations): boolean {
  const word = words[slot]!
  const phase = phaseOf(word)
  if (phase !== PHASE.move && phase !== PHASE.harvest) return false
  const lasts = phase === PHASE.move ? durations.moveSeconds : durations.idleSeconds
  if (((now - since[slot]!) & 0xffff) < lasts) return false
  words[slot] = slotWord(phase === PHASE.move ? PHASE.harvest : PHASE.settled, numberOf(word))
  since[slot] = now
  return true
}

/** Lets a phase begin anew. True when that changes anything. */
export function restartSlot({ since }: Slots, slot: number, now: number): boolean {
  const begins = now & 0xffff
  if (since[slot] === begins) return false
  since[slot] = begins
  return true
}
