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
  walks.start(slots, backends, active)
  const heaviest = active.reduce((most, row) => Math.max(most, backends.weights[row]!), 0)
  if (active.every((row) => backends.weights[row] === heaviest)) takeTurns(walks, numbers)
  else takeWeightedTurns(walks, numbers, heaviest)
}

function activeRows({ start, count, weights }: Columns): number[] {
  const rows: number[] = []
  for (let row = start; row < start + count; row++) if (weights[row]! > 0) rows.push(row)
  return rows
}

/** Where each backend is on its walk. Kept from ring to ring: a cold start fills ten thousand. */
class Walks {
  slots: Uint16Array = new Uint16Array(0)
  count = 0
  position: Uint32Array = new Uint32Array(16)
  step: Uint32Array = new Uint32Array(16)
  weight: Uint32Array = new Uint32Array(16)
  /** Row minus `start`: the index into `numbers`. */
  index: Uint32Array = new Uint32Array(16)

  start(slots: Uint16Array, { start, hashes, weights }: Columns, rows: readonly number[]): this {
    if (rows.length > this.position.length) this.#grow(rows.length)
    const shift = 32 - Math.log2(slots.length)
    this.slots = slots
    this.count = rows.length
    for (let walk = 0; walk < rows.length; walk++) {
      const row = rows[walk]!
      this.index[walk] = row - start
      this.position[walk] = hashes[2 * row + 1]! >>> shift
      this.step[walk] = hashes[2 * row]! | 1
      this.weight[walk] = weights[row]!
    }
    return this
  }

  #grow(count: number): void {
    this.position = new Uint32Array(2 * count)
    this.step = new Uint32Array(2 * count)
    this.weight = new Uint32Array(2 * count)
    this.index = new Uint32Array(2 * count)
  }
}

const walks = new Walks()

function takeTurns({ slots, count, position, step, index }: Walks, numbers: Uint16Array): void {
  const mask = slots.length - 1
  for (let left = slots.length; ;) {
    for (let walk = 0; walk < count; walk++) {
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
function takeWeightedTurns(
  { slots, count, position, step, weight, index }: Walks,
  numbers: Uint16Array,
  heaviest: number,
): void {
  const credit = weight.subarray(0, count).map((own) => heaviest - own)
  const mask = slots.length - 1
  for (let left = slots.length; ;) {
    for (let walk = 0; walk < count; walk++) {
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
