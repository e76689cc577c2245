import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { testKey } from '../test/maps.ts'
import { lookUp, type TestPacket } from '../test/packet.ts'
import { write } from './apply.ts'
import { readOverflow, readPlace, shapeOf, tableOf } from './bucket.ts'
import { Mixer } from './hash.ts'
import { findKey } from './lookup.ts'
import { KeyHasher, type ServiceKey, serviceKey } from './key.ts'
import { type LbMaps, memoryMaps } from './maps.ts'
import { TableDraft } from './table-draft.ts'

const empty = { services: 1, rings: 1, memberIds: 1, members: 1, sources: 1, moves: 1, records: 1, ranges: 1, rates: 1 }

/** A table of 16 places for either family, full to the brim when it is asked for more. */
function smallMaps(key0: bigint, hooks = {}): LbMaps {
  return memoryMaps({ ...empty, services4: 4, services6: 8 }, { ...testKey, key0 }, hooks)
}

/** A key of its own for each number. */
function keyOf(family: 2 | 10, number: number): ServiceKey {
  const words = family === 2 ? Uint32Array.of(number >>> 2, 0, 0, 0) : Uint32Array.of(0x20, 0, number >>> 2, 0)
  return serviceKey(family, words, 80 + (number & 3), 6)
}

function packetTo({ family, words, tail }: ServiceKey): Pick<TestPacket, 'family' | 'address' | 'port' | 'protocol'> {
  return { family, address: words, port: ((tail & 0xff) << 8) | ((tail >>> 8) & 0xff), protocol: (tail >>> 16) & 0xff }
}

/** More keys than places, so that keys move all the time. */
const KEYS = 28
const anyRun = fc.record({
  family: fc.constantFrom(2 as const, 10 as const),
  key0: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  batches: fc.array(fc.uniqueArray(fc.nat({ max: KEYS - 1 }), { maxLength: 10 }), { maxLength: 15, size: 'max' }),
  seed: fc.nat(),
})

/** Readers on their way through the table, each between two of its loads. */
class Readers {
  readonly #underWay: { readonly number: number; readonly steps: Generator<undefined, number | undefined> }[] = []
  readonly #dice: (bound: number) => number
  allowed: (number: number) => readonly (number | undefined)[] = () => []

  constructor(dice: (bound: number) => number) {
    this.#dice = dice
  }

  go(maps: LbMaps, family: 2 | 10): void {
    for (let i = 0; i < 4; i++) {
      const number = this.#dice(KEYS)
      this.#underWay.push({ number, steps: lookUp(maps, packetTo(keyOf(family, number))) })
    }
    for (let i = 0; i < 8; i++) this.#advance(this.#dice(this.#underWay.length), this.#dice(6))
  }

  finish(): void {
    while (this.#underWay.length > 0) this.#advance(0, Infinity)
  }

  #advance(index: number, loads: number): void {
    const reader = this.#underWay[index]
    if (!reader) return
    for (let i = 0; i <= loads; i++) {
      const { done, value } = reader.steps.next()
      if (!done) continue
      this.#underWay.splice(index, 1)
      if (this.allowed(reader.number).includes(value)) return
      throw new Error(`key ${reader.number} led to ${value}, not to ${this.allowed(reader.number).join(' or ')}`)
    }
  }
}

/** Numbers that look random and come again from the same seed. */
function diceFrom(seed: number): (bound: number) => number {
  const mixer = new Mixer().start(seed, 0)
  return (bound) => (mixer.word(1, 0).lo >>> 0) % bound
}

/** Each batch turns keys over: what is there goes, what is not comes. The table must be what a Map is. */
test('a table holds what a Map holds, and a reader between any two stores never finds another service or misses a key', () => {
  let moved = 0
  fc.assert(
    fc.property(anyRun, ({ family, key0, batches, seed }) => {
      const readers = new Readers(diceFrom(seed))
      const maps = smallMaps(key0, { gracePeriod: () => readers.finish() })
      const hasher = new KeyHasher(maps.hashKey)
      const model = new Map<number, number>()
      batches.forEach((numbers, i) => {
        const before = new Map(model)
        const draft = new TableDraft(maps, shapeOf(family), hasher, model.size)
        turnOver(draft, family, numbers, model, 100 * (i + 1))
        readers.allowed = (number) => [before.get(number), model.get(number)]
        const rounds = Array.from({ length: draft.rounds }, (_, round) => draft.steps(round))
        rounds.forEach((steps, round) => {
          if (round > 0) maps.gracePeriod()
          for (const step of steps) for (const _ of write(step, maps)) readers.go(maps, family)
          if (round > 0) moved += steps.filter((step) => step.do === 'clear-key').length
        })
        readers.finish()
        expect(draft.used).toBe(model.size)
        for (let number = 0; number < KEYS; number++) {
          expect(findKey(maps, hasher, keyOf(family, number))?.service).toBe(model.get(number))
        }
        checkCounts(maps, family, hasher)
      })
    }),
  )
  expect(moved).toBeGreaterThan(0)
})

function turnOver(
  draft: TableDraft,
  family: 2 | 10,
  numbers: readonly number[],
  model: Map<number, number>,
  service: number,
): void {
  const [leaving, coming] = [numbers.filter((one) => model.has(one)), numbers.filter((one) => !model.has(one))]
  for (const number of leaving) {
    expect(draft.remove(keyOf(family, number))).toBe(true)
    model.delete(number)
  }
  for (const number of coming) {
    if (draft.insert(keyOf(family, number), service + number, 0) !== undefined) model.set(number, service + number)
  }
}

/** Each bucket counts the keys that would stand in it but do not. */
function checkCounts(maps: LbMaps, family: 2 | 10, hasher: KeyHasher): void {
  const shape = shapeOf(family)
  const table = tableOf(maps, shape)
  const counts = Array.from({ length: table.entries }, () => 0)
  for (let place = 0; place < table.entries * shape.keys; place++) {
    const entry = readPlace(table, shape, place)
    if (!entry) continue
    const { first } = hasher.buckets(entry.key, table.entries)
    if (Math.floor(place / shape.keys) !== first) counts[first]!++
  }
  expect(counts).toEqual(counts.map((_, bucket) => readOverflow(table, bucket)))
}

test('a table of one bucket works without a second choice', () => {
  const maps = memoryMaps({ ...empty, services4: 1, services6: 1 }, testKey)
  const hasher = new KeyHasher(testKey)
  const draft = new TableDraft(maps, shapeOf(2), hasher, 0)
  expect([1, 2, 3, 4, 5].map((number) => draft.insert(keyOf(2, number), number, 0))).toEqual([0, 0, 0, 0, undefined])
})

test('half full, keys find their places in one round: nothing is moved that somebody reads', () => {
  const maps = memoryMaps({ ...empty, services4: 1024, services6: 2048 }, testKey)
  const hasher = new KeyHasher(testKey)
  for (const family of [2, 10] as const) {
    const draft = new TableDraft(maps, shapeOf(family), hasher, 0)
    for (let number = 0; number < 2048; number++) {
      expect(draft.insert(keyOf(family, number), number + 1, 0)).toBe(0)
    }
    expect(draft.rounds).toBe(1)
  }
})
