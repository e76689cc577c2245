import { expect, test } from '@jest/globals'
import { sizes, testKey } from '../test/maps.ts'
import { apply } from './apply.ts'
import { memoryMaps } from './maps.ts'

const record = (tag: number, number: number, time: number): bigint =>
  (BigInt(time) << 48n) | (BigInt(number) << 32n) | BigInt(tag)

test('a record that a packet rewrites while it is taken away stays, unless it is of such a member again', () => {
  const maps = memoryMaps(sizes, testKey)
  const { longs } = maps.records
  const rewritten = record(9, 2, 8)
  const meanwhile = [() => (longs[1] = rewritten), () => (longs[2] = record(6, 1, 9))]
  longs.set([record(5, 2, 7), record(5, 1, 7), record(6, 1, 7), record(7, 1 | (1 << 15), 7)])
  class Packets extends Set<number> {
    override has(number: number): boolean {
      if (number === 1) meanwhile.shift()?.()
      return super.has(number)
    }
  }
  apply({ steps: [{ do: 'drop-records', base: 0, lines: 1, numbers: new Packets([1]) }] }, maps)
  expect([...longs.subarray(0, 4)]).toEqual([record(5, 2, 7), rewritten, 0n, 0n])
})
