/** Share of a ring, 0 to 1, that leads elsewhere than before. Rings of different sizes are laid over each other. */
export function movedShare(before: Uint16Array, after: Uint16Array): number {
  if (before.length === 0 || after.length === 0) return before.length === after.length ? 0 : 1
  const size = Math.max(before.length, after.length)
  const stepBefore = before.length / size
  const stepAfter = after.length / size
  let moved = 0
  for (let slot = 0; slot < size; slot++) {
    if (before[Math.floor(slot * stepBefore)] !== after[Math.floor(slot * stepAfter)]) moved++
  }
  return moved / size
}
