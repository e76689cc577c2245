import { RING_LOG2_MIN } from './layout.ts'

/** Fewest slots that the datapath reads as a ring. */
export const RING_SLOTS_MIN: number = 1 << RING_LOG2_MIN
/** Most slots that this package gives to one service. */
export const RING_SLOTS_MAX: number = 1 << 23

const SLOTS_PER_BACKEND = 100
const SMALLEST = 1024

/**
 * Slots of a service's ring when it declares none: the smallest of 1024, 4096, 16384, … that gives each backend about
 * 100. It depends on the number of backends alone, so every node comes to the same size.
 *
 * Steps of four, and none below ten backends, because a ring of another size is another ring: inside one size a backend
 * that goes moves 1–3 % of the others' slots, across a step half of all. A service that grows by more declares
 * `ringSize` for its largest size from the start.
 */
export function ringSizeFor(backends: number): number {
  let size = SMALLEST
  while (size < SLOTS_PER_BACKEND * backends && size < RING_SLOTS_MAX) size *= 4
  return Math.min(size, RING_SLOTS_MAX)
}
