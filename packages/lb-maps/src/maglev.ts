import { RING_SLOT_EMPTY } from './layout.ts'

/** Backends in columns, in the order of their addresses; row `start` to `start + count` is one service. */
export interface Columns {
  readonly start: number
  readonly count: number
  /** A 64-bit hash of each backend's address and port: low and high half. */
  readonly hashes: Int32Array
  readonly weights: Uint32Array
}

/**
 * Fills a ring (its length a power of two) by Maglev: each backend walks the slots in an order of its own, and they
 * take turns in claiming the next free slot of their walk, a backend of half the weight every second time. `numbers` says
 * what stands in a slot for row `start + i`. Without any weight all slots are RING_SLOT_EMPTY.
 *
 * A walk starts at the top bits of the hash and goes on by an odd step, so it meets every slot of a power of two.
 * The result depends on addresses, ports and weights alone.
 */
export function fillRing(slots: Uint16Array, backends: Columns, numbers: Uint16Array): void {
  slots.fill(RING_SLOT_EMPTY)
  const active = activeRows(backends)
  if (active.length === 0) return
  const walks = new Walks(slots, backends, active)
  const heaviest = active.reduce((most, row) => Math.max(most, backends.weights[row]!), 0)
  if (active.every((row) => backends.weights[row] === heaviest)) takeTurns(walks, slots.length, numbers)
  else takeWeightedTurns(walks, slots.length, numbers, heaviest)
}

function activeRows({ start, count, weights }: Columns): number[] {
  const rows: number[] = []
  for (let row = start; row < start + count; row++) if (weights[row]! > 0) rows.push(row)
  return rows
}

class Walks {
  readonly slots: Uint16Array
  readonly position: Uint32Array
  readonly step: Uint32Array
  readonly weight: Uint32Array
  /** Row minus `start`: the index into `numbers`. */
  readonly index: Uint32Array

  constructor(slots: Uint16Array, { start, hashes, weights }: Columns, rows: readonly number[]) {
    const shift = 32 - Math.log2(slots.length)
    this.slots = slots
    this.index = Uint32Array.from(rows, (row) => row - start)
    this.position = Uint32Array.from(rows, (row) => hashes[2 * row + 1]! >>> shift)
    this.step = Uint32Array.from(rows, (row) => hashes[2 * row]! | 1)
    this.weight = Uint32Array.from(rows, (row) => weights[row]!)
  }
}

function takeTurns({ slots, position, step, index }: Walks, size: number, numbers: Uint16Array): void {
  const mask = size - 1
  const last = index.length
  for (let left = size; ;) {
    for (let walk = 0; walk < last; walk++) {
      const by = step[walk]!
      let slot = position[walk]!
      while (slots[slot] !== RING_SLOT_EMPTY) slot = (slot + by) & mask
      slots[slot] = numbers[index[walk]!]!
      if (--left === 0) return
      position[walk] = (slot + by) & mask
    }
  }
}

/** In each round a backend's credit grows by its weight; who reaches the heaviest weight has a turn. All have one at first. */
function takeWeightedTurns(walks: Walks, size: number, numbers: Uint16Array, heaviest: number): void {
  const { slots, position, step, weight, index } = walks
  const credit = weight.map((own) => heaviest - own)
  const mask = size - 1
  for (let left = size; ;) {
    for (let walk = 0; walk < index.length; walk++) {
      const earned = credit[walk]! + weight[walk]!
      credit[walk] = earned < heaviest ? earned : earned - heaviest
      if (earned < heaviest) continue
      let slot = position[walk]!
      while (slots[slot] !== RING_SLOT_EMPTY) slot = (slot + step[walk]!) & mask
      slots[slot] = numbers[index[walk]!]!
      if (--left === 0) return
      position[walk] = (slot + step[walk]!) & mask
    }
  }
}
