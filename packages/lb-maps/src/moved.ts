import { RING_SLOT_NUMBER } from './layout.ts'

/** Share of a ring, 0 to 1, that new connections find elsewhere than before. Rings of different sizes are laid over each other. */
export function movedShare(before: Uint16Array, after: Uint16Array): number {
  if (before.length === 0 || after.length === 0) return before.length === after.length ? 0 : 1
  const size = Math.max(before.length, after.length)
  const shiftBefore = Math.log2(size / before.length)
  const shiftAfter = Math.log2(size / after.length)
  let moved = 0
  for (let slot = 0; slot < size; slot++) {
    const differs = before[slot >>> shiftBefore]! ^ after[slot >>> shiftAfter]!
    if ((differs & RING_SLOT_NUMBER) !== 0) moved++
  }
  return moved / size
}
