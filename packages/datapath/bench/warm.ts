import { type Rig, undisturbed } from './rig.ts'
import type { Row } from './row.ts'

/** So many packets at most in one go, fewer than what a flood guard lets pass. */
const BATCH = 1 << 16

/** Runs each flow of a load once, unmeasured, and checks it like a sample. */
export function eachOnce(
  rig: Rig,
  { program, wrapper, load, counted }: Pick<Row, 'program' | 'wrapper' | 'load' | 'counted'>,
  beforeBatch?: () => void,
): void {
  for (let first = 0; first < load.count; first += BATCH) {
    const packets = Math.min(BATCH, load.count - first)
    undisturbed(() => {
      beforeBatch?.()
      rig.prepare(load, first)
      counted(packets, () => void rig.wrapped(wrapper, program, load, packets))
    })
  }
}
