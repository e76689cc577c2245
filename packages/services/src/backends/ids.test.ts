import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { IdPool } from './ids.ts'

test('ids begin at 1, stay with their keys, and are given anew as late as can be', () => {
  const pool = new IdPool(3)
  expect([pool.take('a'), pool.take('b'), pool.take('a')]).toEqual([1, 2, 1])
  pool.give('a')
  expect([pool.take('c'), pool.take('d'), pool.take('e')]).toEqual([3, 1, undefined])
  expect([pool.used, pool.get('e')]).toEqual([3, undefined])
})

test('an id that connections still know is nobody’s until it is released', () => {
  const pool = new IdPool(2)
  pool.take('a')
  pool.take('b')
  pool.give('a', true)
  expect([pool.take('c'), pool.used, pool.held]).toEqual([undefined, 2, 1])
  pool.release(1)
  pool.release(1)
  expect([pool.take('c'), pool.take('d')]).toEqual([1, undefined])
})

test('ids go past 16 bits, up to 32', () => {
  const pool = new IdPool()
  const ids = Array.from({ length: 100_000 }, (_, i) => pool.take(`k${i}`))
  expect(new Set(ids).size).toBe(100_000)
  expect(ids.at(-1)).toBe(100_000)
  expect([pool.size, pool.used]).toEqual([0xffff_ffff, 100_000])
})

test('after a restart keys have the ids that they had; what makes no sense is left', () => {
  const pool = new IdPool(9, [
    { key: 'a', id: 5 },
    { key: 'b', id: 5 },
    { key: 'c', id: 10 },
    { key: 'd', id: 2 },
  ])
  expect([pool.take('a'), pool.take('d'), pool.used]).toEqual([5, 2, 2])
  expect([pool.take('x'), pool.take('y'), pool.take('z')]).toEqual([6, 7, 8])
})

type Command =
  | { readonly do: 'take' | 'give' | 'hold'; readonly key: string }
  | { readonly do: 'release'; readonly id: number }

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constantFrom('take' as const, 'give' as const, 'hold' as const), key }),
  fc.record({ do: fc.constant('release' as const), id: fc.integer({ min: 1, max: 6 }) }),
)

test('whatever happens, no two keys have one id, held ids are nobody’s, and none is lost', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(command, { maxLength: 200 }), (size, commands) => {
      const pool = new IdPool(size)
      const model = new Map<string, number>()
      const held = new Set<number>()
      for (const one of commands) {
        if (one.do === 'take') {
          const before = model.get(one.key)
          const id = pool.take(one.key)
          if (before !== undefined) expect(id).toBe(before)
          else if (model.size + held.size >= size) expect(id).toBeUndefined()
          else {
            expect(id).toBeGreaterThanOrEqual(1)
            expect(id).toBeLessThanOrEqual(size)
            expect([...model.values(), ...held]).not.toContain(id)
            model.set(one.key, id!)
          }
        } else if (one.do === 'release') {
          pool.release(one.id)
          held.delete(one.id)
        } else {
          const id = model.get(one.key)
          pool.give(one.key, one.do === 'hold')
          model.delete(one.key)
          if (id !== undefined && one.do === 'hold') held.add(id)
        }
        expect([pool.used, pool.held]).toEqual([model.size + held.size, held.size])
      }
      // Once all are back, all can be had again.
      for (const one of model.keys()) pool.give(one)
      for (const id of held) pool.release(id)
      const again = Array.from({ length: size }, (_, i) => pool.take(`again-${i}`))
      expect(new Set(again).size).toBe(size)
      expect(again).not.toContain(undefined)
    }),
  )
})
