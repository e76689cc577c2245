import type { Draft } from './draft.ts'
import { PHASE } from './layout.ts'
import type { Ring } from './lookup.ts'
import { asksPrevious, movePlace, phaseOf, type Slots } from './slots.ts'
import type { Step } from './steps.ts'

/**
 * Drafts what makes a ring in use from what it was to what it shall be, slot by slot. `slots`: what stands beside it, of
 * a ring whose slots may move.
 */
export function changeSlots(
  draft: Draft,
  ring: Ring,
  before: Uint16Array,
  after: Uint16Array,
  slots: Slots | undefined,
): void {
  const at = changed(before, after)
  if (at.length === 0) return
  const { publish } = draft
  if (slots) setMoves(publish, ring, slots, (slot) => begins(before[slot]!, after[slot]!))
  const numbers = new Uint16Array(at.length)
  for (let i = 0; i < at.length; i++) numbers[i] = after[at[i]!]!
  publish.push({ do: 'set-slots', ring, at, numbers })
  if (at.some((slot) => begins(after[slot]!, before[slot]!))) draft.needsGrace()
}

/** Drafts what stands beside those slots of a ring that move. */
export function setMoves(
  steps: Step[],
  ring: Ring,
  { words, previous, since }: Slots,
  which: (slot: number) => boolean,
): void {
  const moving: number[] = []
  for (let slot = 0; slot < words.length; slot++) {
    if (phaseOf(words[slot]!) !== PHASE.stable && which(slot)) moving.push(slot)
  }
  if (moving.length === 0) return
  steps.push({
    do: 'set-moves',
    ring,
    at: Uint32Array.from(moving, movePlace),
    previous: Uint16Array.from(moving, (slot) => previous[slot]!),
    since: Uint16Array.from(moving, (slot) => since[slot]!),
  })
}

/** The slots that are others than before, of two rings of one size. */
function changed(before: Uint16Array, after: Uint16Array): Uint32Array {
  let count = 0
  for (let slot = 0; slot < after.length; slot++) if (after[slot] !== before[slot]) count++
  const at = new Uint32Array(count)
  for (let slot = 0, i = 0; i < count; slot++) if (after[slot] !== before[slot]) at[i++] = slot
  return at
}

/** Does a slot come to be asked for its previous member that was not before? */
function begins(before: number, after: number): boolean {
  return !asksPrevious(phaseOf(before)) && asksPrevious(phaseOf(after))
}
