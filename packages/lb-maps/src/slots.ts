import {
  MOVE_LINE_SHORTS,
  MOVE_SINCE,
  PHASE,
  RING_LINE_SLOTS,
  RING_SLOT_EMPTY,
  RING_SLOT_NUMBER,
  RING_SLOT_PHASE_SHIFT,
} from './layout.ts'
import type { LbMaps } from './maps.ts'

/** A ring with what stands beside it about slots that change hands. */
export interface Slots {
  /** Phase and member number. */
  readonly words: Uint16Array
  /** The member number that had the slot; means something in MOVE and HARVEST. */
  readonly previous: Uint16Array
  /** When the phase began, in seconds since boot, modulo 2^16. */
  readonly since: Uint16Array
}

export function phaseOf(word: number): number {
  return word >>> RING_SLOT_PHASE_SHIFT
}

export function numberOf(word: number): number {
  return word & RING_SLOT_NUMBER
}

export function slotWord(phase: number, number: number): number {
  return (phase << RING_SLOT_PHASE_SHIFT) | number
}

/** Does a flow that is not recorded go to the previous member? */
export function asksPrevious(phase: number): boolean {
  return phase === PHASE.move || phase === PHASE.harvest
}

/** Slots that nobody has ever had. */
export function emptySlots(size: number): Slots {
  return {
    words: new Uint16Array(size).fill(RING_SLOT_EMPTY),
    previous: new Uint16Array(size),
    since: new Uint16Array(size),
  }
}

/** Index of a slot's `previous` in the 16-bit numbers of `moves`; its `since` stands MOVE_SINCE behind it. */
export function movePlace(base: number, slot: number): number {
  const line = base + Math.floor(slot / RING_LINE_SLOTS)
  return line * MOVE_LINE_SHORTS + (slot % RING_LINE_SLOTS)
}

/** A copy of a published ring as a ring of `size` slots, at least as many: each slot repeated, so that nothing moves. */
export function copySlots(
  maps: LbMaps,
  { base, log2 }: { readonly base: number; readonly log2: number },
  size: number,
): Slots {
  const copy = emptySlots(size)
  const shift = Math.log2(size) - log2
  const start = base * RING_LINE_SLOTS
  for (let slot = 0; slot < size; slot++) {
    const word = maps.rings.shorts[start + (slot >>> shift)]!
    copy.words[slot] = word
    if (phaseOf(word) === PHASE.stable) continue
    const place = movePlace(base, slot >>> shift)
    copy.previous[slot] = maps.moves.shorts[place]!
    copy.since[slot] = maps.moves.shorts[place + MOVE_SINCE]!
  }
  return copy
}

export function isMoving(words: Uint16Array): boolean {
  return words.some((word) => phaseOf(word) !== PHASE.stable)
}
