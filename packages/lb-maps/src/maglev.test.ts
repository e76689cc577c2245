import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { hashWords } from './hash.ts'
import { fillRing } from './maglev.ts'
import { movedShare } from './moved.ts'
import { ringSizeFor } from './ring-size.ts'

/** A ring over backends that are told apart by a number, which is what stands in the slots. */
function ring(backends: ReadonlyMap<number, number>, size: number): Uint16Array {
  const numbers = Uint16Array.from(backends.keys())
  const hashes = new Int32Array(2 * numbers.length)
  numbers.forEach((number, i) => {
    const hash = hashWords(7n, [BigInt(number)])
    hashes[2 * i] = Number(BigInt.asIntN(32, hash))
    hashes[2 * i + 1] = Number(BigInt.asIntN(32, hash >> 32n))
  })
  const slots = new Uint16Array(size)
  const weights = Uint32Array.from(backends.values())
  fillRing(slots, { start: 0, count: numbers.length, hashes, weights }, numbers)
  return slots
}

function equal(count: number): Map<number, number> {
  return new Map(Array.from({ length: count }, (_, i) => [i + 1, 1]))
}

function without(backends: ReadonlyMap<number, number>, number: number): Map<number, number> {
  return new Map([...backends].filter(([one]) => one !== number))
}

function share(slots: Uint16Array, number: number): number {
  return slots.filter((slot) => slot === number).length / slots.length
}

test('the ring is what it was yesterday', () => {
  // A golden ring: a change here moves connections between nodes of different versions.
  const hash = [...ring(equal(3), 128)].reduce((sum, slot) => (Math.imul(sum, 31) + slot) >>> 0, 0)
  expect(hash).toMatchInlineSnapshot(`1419447845`)
})

describe.each([2, 3, 5, 10, 40, 100, 1000])('%d equal backends', (count) => {
  const size = ringSizeFor(count)
  const backends = equal(count)
  const slots = ring(backends, size)

  test('all have the same share, to one turn', () => {
    const slotsOf = new Uint32Array(count + 1)
    for (const number of slots) slotsOf[number]!++
    expect(Math.max(...slotsOf.subarray(1)) - Math.min(...slotsOf.subarray(1))).toBeLessThanOrEqual(1)
  })

  test('one that leaves moves little but its own slots', () => {
    const sample = [...backends.keys()].slice(0, 20)
    const others = sample.map((gone) => {
      const after = ring(without(backends, gone), size)
      const moved = slots.filter((slot, i) => slot !== gone && slot !== after[i]).length
      return moved / size
    })
    expect(others.reduce((sum, one) => sum + one, 0) / others.length).toBeLessThan(0.05)
  })

  test('one that comes takes little but its own share', () => {
    const after = ring(new Map([...backends, [count + 1, 1]]), size)
    expect(movedShare(slots, after)).toBeLessThan(1 / (count + 1) + 0.08)
  })
})

test('shares follow weights to within two percent', () => {
  const weights = [1, 2, 3, 10, 100, 7, 1, 50]
  const backends = new Map(weights.map((weight, i) => [i + 1, weight]))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const slots = ring(backends, 16384)
  for (const [number, weight] of backends) {
    expect(Math.abs(share(slots, number) - weight / total)).toBeLessThan(0.02 * (weight / total) + 2 / 16384)
  }
})

test('a backend with any weight has a slot, however heavy the others are', () => {
  expect(
    share(
      ring(
        new Map([
          [1, 1],
          [2, 255],
          [3, 255],
        ]),
        128,
      ),
      1,
    ),
  ).toBeGreaterThan(0)
})

test('weight 0 takes nothing, and nobody else notices', () => {
  const slots = ring(new Map([...equal(9), [10, 0]]), 1024)
  expect(slots).toEqual(ring(equal(9), 1024))
  expect(share(slots, 10)).toBe(0)
})

test('without a weight at all the ring is empty', () => {
  expect(
    ring(
      new Map([
        [1, 0],
        [2, 0],
      ]),
      128,
    ),
  ).toEqual(new Uint16Array(128).fill(0x3fff))
  expect(ring(new Map(), 128)).toEqual(new Uint16Array(128).fill(0x3fff))
})

test('equal weights are as good as none', () => {
  const seven = new Map([...equal(5)].map(([number]): [number, number] => [number, 7]))
  expect(ring(seven, 512)).toEqual(ring(equal(5), 512))
})

/** The same, as the papers have it: everybody walks, to the last slot. */
function walked(backends: ReadonlyMap<number, number>, size: number): Uint16Array {
  const heaviest = Math.max(...backends.values())
  const all = [...backends].map(([number, weight]) => {
    const hash = hashWords(7n, [BigInt(number)])
    const step = Number(BigInt.asUintN(32, hash)) | 1
    return { number, weight, step, at: Number(hash >> 32n) >>> (32 - Math.log2(size)), credit: heaviest - weight }
  })
  const slots = new Uint16Array(size)
  for (let left = size; left > 0;)
    for (const one of all.filter(({ weight }) => weight > 0)) {
      one.credit += one.weight
      if (one.credit < heaviest || left === 0) continue
      one.credit -= heaviest
      while (slots[one.at] !== 0) one.at = (one.at + one.step) & (size - 1)
      slots[one.at] = one.number
      left--
    }
  return slots
}

test('the last slots go to those whose walks meet them first', () => {
  const any = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 60000 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
    maxLength: 40,
    selector: ([number]) => number,
  })
  fc.assert(
    fc.property(any, fc.constantFrom(128, 256, 2048), fc.boolean(), (backends, size, isWeighted) => {
      const all = new Map(backends.map(([number, weight]) => [number, isWeighted ? weight : 1]))
      expect(ring(all, size)).toEqual(walked(all, size))
    }),
  )
})

test('every slot has an owner, and every owner is one of the backends', () => {
  const any = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 60000 }), fc.nat({ max: 300 })), {
    minLength: 1,
    maxLength: 60,
    selector: ([number]) => number,
  })
  fc.assert(
    fc.property(any, fc.constantFrom(128, 256, 4096), (backends, size) => {
      const active = new Set(backends.flatMap(([number, weight]) => (weight > 0 ? [number] : [])))
      const owners = new Set(ring(new Map(backends), size))
      expect(owners).toEqual(active.size > 0 ? active : new Set([0x3fff]))
    }),
  )
})

test('a ring’s size follows from the number of backends, in steps of four', () => {
  const sizes = [0, 1, 10, 11, 40, 41, 163, 164, 655, 656, 65535].map(ringSizeFor)
  expect(sizes).toEqual([1024, 1024, 1024, 4096, 4096, 16384, 16384, 65536, 65536, 262144, 1 << 23])
})
