import { expect, test } from '@jest/globals'
import { u32, u64 } from '../codec-scalars.ts'
import { loadTestObject } from '../testing/load.ts'
import { describeWith } from '../testing/needs.ts'
import { frame } from '../testing/runtime.ts'
import { ArrayMap } from './array-map.ts'
import { BpfMap } from './bpf-map.ts'
import { createMap } from './create.ts'
import { ProgArray } from './prog-array.ts'

const COUNT = 200_000

function hash(maxEntries = COUNT): BpfMap<number, bigint> {
  return new BpfMap(createMap({ type: 'hash', name: 'batch', valueSize: 8, maxEntries }), { key: u32, value: u64 })
}

function* numbers(count: number): Generator<[number, bigint]> {
  for (let index = 0; index < count; index++) yield [index, BigInt(index) * 3n]
}

describeWith(['root'], 'batches', () => {
  test('many calls of many elements set, read and delete them all', () => {
    using map = hash()
    expect(map.setBatch(numbers(COUNT))).toBe(COUNT)
    const read = [...map.getBatch()]
    expect(read.length).toBeGreaterThan(1)
    const sum = read.flat().reduce((total, [key, value]) => total + value - BigInt(key) * 3n, 0n)
    expect([read.flat().length, sum]).toEqual([COUNT, 0n])
    expect(
      map.deleteBatch(
        map
          .keys()
          .take(COUNT - 1)
          .toArray(),
      ),
    ).toBe(COUNT - 1)
    expect([...map]).toHaveLength(1)
  })

  test('take: true empties the map', () => {
    using map = hash(1000)
    map.setBatch(numbers(1000))
    const taken = [...map.getBatch({ take: true, size: 64 })].flat()
    expect(new Set(taken.map(([key]) => key)).size).toBe(1000)
    expect([...map]).toEqual([])
  })

  test('a call too small for one hash bucket grows', () => {
    using map = hash(4096)
    map.setBatch(numbers(4096))
    expect([...map.getBatch({ size: 1 })].flat()).toHaveLength(4096)
  })

  test('an empty map, and nothing to write', () => {
    using map = hash(10)
    expect([...map.getBatch()]).toEqual([])
    expect([map.setBatch([]), map.deleteBatch([])]).toEqual([0, 0])
  })

  test('the element that was refused is named, what came before it stays', () => {
    using map = hash(10)
    expect(() => map.setBatch(numbers(12))).toThrow('map "batch", key 10: E2BIG')
    expect([...map.keys()]).toHaveLength(10)
  })

  test('modes hold for each element', () => {
    using map = hash(10)
    map.set(3, 0n)
    expect(() => map.setBatch(numbers(10), { mode: 'noexist' })).toThrow('map "batch", key 3: EEXIST')
    expect([...map.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
  })

  test('keys that are not there are passed over', () => {
    using map = hash(10)
    map.setBatch(numbers(10))
    expect(map.deleteBatch([0, 100, 1, 101, 102, 2])).toBe(3)
    expect([...map.keys()].toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9])
  })

  test('arrays', () => {
    using map = new ArrayMap(createMap({ type: 'array', name: 'array', maxEntries: 5000 }), { value: u32 })
    map.setBatch(Array.from({ length: 5000 }, (_, index) => [index, index + 1] as const))
    expect([...map.getBatch({ size: 1024 })].map((batch) => batch.length)).toEqual([1024, 1024, 1024, 1024, 904])
    expect([...map].every(([key, value]) => value === key + 1)).toBe(true)
  })

  test('maps without batches are written and read one by one', () => {
    using loaded = loadTestObject('maps.bpf.o')
    using map = new ProgArray(loaded.handle('programs'))
    const target = loaded.program('count_packets')
    expect(map.setBatch([[1, target]])).toBe(1)
    expect(loaded.program('tail_call').testRun({ data: frame() }).returnValue).toBe(2)
    const found = [...map].map(([key, program]) => {
      using opened = program
      return [key, opened.info().id]
    })
    expect(found).toEqual([[1, target.info().id]])
    expect(map.deleteBatch([0, 1, 2])).toBe(1)
    expect(loaded.program('tail_call').testRun({ data: frame() }).returnValue).toBe(7)
  })
})
