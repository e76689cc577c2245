import { MOVE_SINCE, PHASE } from './layout.ts'
import { movesOf, type Ring, ringSlots } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { emptySlots, movePlace, phaseOf, type Slots } from './slots.ts'

/** A copy of a published ring as a ring of `size` slots, at least as many: each slot repeated, so that nothing moves. */
export function copySlots(maps: LbMaps, ring: Ring, size: number): Slots {
  const copy = emptySlots(size)
  const shift = Math.log2(size) - ring.log2
  const words = ringSlots(maps, ring)
  let moves: Uint16Array | undefined
  for (let slot = 0; slot < size; slot++) {
    const word = words[slot >>> shift]!
    copy.words[slot] = word
    if (phaseOf(word) === PHASE.stable) continue
    moves ??= movesOf(maps, ring)
    const place = movePlace(slot >>> shift)
    copy.previous[slot] = moves[place]!
    copy.since[slot] = moves[place + MOVE_SINCE]!
  }
  return copy
}
