import { type Bench } from '../../../tools/bench/bench.ts'
import { fillRing, Mixer, ringSizeFor } from '../src/index.ts'
import { median, seconds } from './measure.ts'

const ROUNDS = 9
const SLOTS = 10_000_000
const HASHES = 1_000_000

/** Rings of one size, filled until ten million slots are: what a large installation writes on a cold start. */
export default {
  group: 'control',
  run(report) {
    const floor = median(Array.from({ length: ROUNDS }, () => seconds(() => void new Uint16Array(SLOTS).fill(1))))
    report({ name: 'maglev/floor-fill', seconds: floor, nsPerSlot: (floor * 1e9) / SLOTS })
    for (const backends of [3, 10, 100, 1000, 10_000]) {
      for (const weights of ['equal', 'weighted'] as const) report(ringCase(backends, weights, floor))
    }
    const hashing = median(Array.from({ length: ROUNDS }, () => seconds(hashMany)))
    report({ name: 'hash/v4-key', nsPerHash: (hashing * 1e9) / HASHES })
  },
} satisfies Bench

function ringCase(
  count: number,
  kind: 'equal' | 'weighted',
  floor: number,
): { name: string; seconds: number; nsPerSlot: number; timesFloor: number } {
  const size = ringSizeFor(count)
  const rings = Math.max(1, Math.round(SLOTS / size))
  const slots = new Uint16Array(size)
  const numbers = Uint16Array.from({ length: count }, (_, i) => i)
  const columns = Array.from({ length: Math.min(rings, 64) }, (_, ring) => ({
    start: 0,
    count,
    hashes: hashesOf(count, ring),
    weights: Uint32Array.from({ length: count }, (_, i) => (kind === 'equal' ? 1 : 1 + (i % 10))),
  }))
  const times = Array.from({ length: ROUNDS }, () =>
    seconds(() => {
      for (let ring = 0; ring < rings; ring++) fillRing(slots, columns[ring % columns.length]!, numbers)
    }),
  )
  const perSlot = median(times) / (rings * size)
  const total = perSlot * SLOTS
  return {
    name: `maglev/10M-slots/${count}-backends-${kind}`,
    seconds: total,
    nsPerSlot: perSlot * 1e9,
    timesFloor: total / floor,
  }
}

function hashesOf(count: number, seed: number): Int32Array {
  const mixer = new Mixer()
  const hashes = new Int32Array(2 * count)
  for (let i = 0; i < count; i++) {
    mixer.start(seed, 1).word(i, 0)
    hashes[2 * i] = mixer.lo
    hashes[2 * i + 1] = mixer.hi
  }
  return hashes
}

function hashMany(): void {
  const mixer = new Mixer()
  let sum = 0
  for (let i = 0; i < HASHES; i++) sum ^= mixer.start(1, 2).word(i, sum).lo
  if (sum === 1) throw new Error('unlikely')
}
