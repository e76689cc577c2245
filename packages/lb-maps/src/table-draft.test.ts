import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { testKey } from '../test/maps.ts'
import { lookUp, type TestPacket } from '../test/packet.ts'
import { write } from './apply.ts'
import { readOverflow, readPlace, shapeOf, tableOf } from './bucket.ts'
import { findKey } from './lookup.ts'
import { KeyHasher, type ServiceKey, serviceKey } from './key.ts'
import { type LbMaps, memoryMaps } from './maps.ts'
import { TableDraft } from './table-draft.ts'

const empty = { services: 1, rings: 1, memberIds: 1, members: 1, sources: 1 }

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

function run<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** One reader, somewhere on its way, and what it may find. */
interface Reader {
  readonly number: number
  readonly allowed: readonly (number | undefined)[]
  readonly steps: Generator<undefined, number | undefined>
}

const batch = fc.array(fc.integer({ min: 0, max: 19 }), { maxLength: 8 })
const anyRun = fc.tuple(
  fc.constantFrom(2 as const, 10 as const),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.array(batch, { maxLength: 12 }),
  fc.gen(),
)

/** Each batch turns keys over: what is there goes, what is not comes. The table must be what a Map is. */
test('a table holds what a Map holds, and a reader between any two stores never finds another service or misses a key', () => {
  let moved = 0
  fc.assert(
    fc.property(anyRun, ([family, key0, batches, gen]) => {
      const readers: Reader[] = []
      const arrive = (reader: Reader): void => {
        const found = run(reader.steps)
        if (reader.allowed.includes(found)) return
        throw new Error(`key ${reader.number} led to ${found}, not to ${reader.allowed.join(' or ')}`)
      }
      const maps = smallMaps(key0, { gracePeriod: () => readers.splice(0).forEach(arrive) })
      const shape = shapeOf(family)
      const hasher = new KeyHasher(maps.hashKey)
      const model = new Map<number, number>()
      let service = 1
      for (const numbers of batches) {
        const before = new Map(model)
        const draft = new TableDraft(maps, shape, hasher, model.size)
        const turned = [...new Set(numbers)]
        for (const number of turned.filter((one) => before.has(one))) {
          expect(draft.remove(keyOf(family, number))).toBe(true)
          model.delete(number)
        }
        for (const number of turned.filter((one) => !before.has(one))) {
          if (draft.insert(keyOf(family, number), service, 0) !== undefined) model.set(number, service++)
        }
        const rounds = Array.from({ length: draft.rounds }, (_, round) => draft.steps(round))
        for (const steps of rounds) {
          if (steps !== rounds[0]) maps.gracePeriod()
          for (const step of steps) {
            if (step.do === 'clear-key' && !turned.some((number) => before.has(number))) moved++
            for (const _ of write(step, maps)) {
              const number = gen(fc.nat, { max: 19 })
              const allowed = [before.get(number), model.get(number)]
              readers.push({ number, allowed, steps: lookUp(maps, packetTo(keyOf(family, number))) })
              const chosen = readers[gen(fc.nat, { max: readers.length - 1 })]!
              for (let loads = gen(fc.nat, { max: 8 }); loads > 0; loads--) {
                const { done, value } = chosen.steps.next()
                if (!done) continue
                readers.splice(readers.indexOf(chosen), 1)
                if (!chosen.allowed.includes(value)) throw new Error(`key ${chosen.number} led to ${value}`)
                break
              }
            }
          }
        }
        maps.gracePeriod()
        expect(draft.used).toBe(model.size)
        for (let number = 0; number < 20; number++) {
          expect(findKey(maps, hasher, keyOf(family, number))?.service).toBe(model.get(number))
        }
        checkCounts(maps, family, hasher)
      }
    }),
  )
  expect(moved).toBeGreaterThan(0)
})

/** Each bucket counts the keys that would stand in it but do not. */
function checkCounts(maps: LbMaps, family: 2 | 10, hasher: KeyHasher): void {
  const shape = shapeOf(family)
  const table = tableOf(maps, shape)
  const counts = new Array<number>(table.entries).fill(0)
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
