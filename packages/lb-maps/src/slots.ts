import {
  MOVE_LINE_SHORTS,
  PHASE,
  RING_LINE_SLOTS,
  RING_SLOT_EMPTY,
  RING_SLOT_NUMBER,
  RING_SLOT_PHASE_SHIFT,
} from './layout.ts'

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

/** Index of a slot's `previous` among the 16-bit numbers of its ring's moves; its `since` stands MOVE_SINCE behind it. */
export function movePlace(slot: number): number {
  return Math.floor(slot / RING_LINE_SLOTS) * MOVE_LINE_SHORTS + (slot % RING_LINE_SLOTS)
}

export function isMoving(words: Uint16Array): boolean {
  for (let slot = 0; slot < words.length; slot++) if (phaseOf(words[slot]!) !== PHASE.stable) return true
  return false
}
