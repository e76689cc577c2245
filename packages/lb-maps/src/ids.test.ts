import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { IdPool } from './ids.ts'

const none = (): boolean => false

test('ids begin at 1, and what was freed first comes back first, after all that is new', () => {
  const pool = IdPool.adopt(6, none)
  expect([pool.take(), pool.take(), pool.take()]).toEqual([1, 2, 3])
  pool.give(2)
  pool.give(1)
  expect([pool.take(), pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([4, 5, 2, 1, undefined])
})

test('what is in use is not given away after a restart, and holes come last', () => {
  const pool = IdPool.adopt(8, (id) => id === 2 || id === 4)
  expect(pool.used).toBe(2)
  expect([pool.take(), pool.take(), pool.take()]).toEqual([5, 6, 7])
  expect([pool.take(), pool.take(), pool.take()]).toEqual([1, 3, undefined])
})

test('a copy leaves its original alone', () => {
  const pool = IdPool.adopt(100, (id) => id < 10)
  pool.give(3)
  const copy = pool.clone()
  copy.give(4)
  for (let i = 0; i < 95; i++) copy.take()
  expect(copy.free).toBe(0)
  expect(pool.free).toBe(91)
})

test('like a set, whatever is taken and given', () => {
  const moves = fc.array(fc.record({ take: fc.boolean(), which: fc.nat(), clone: fc.boolean() }), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), moves, (size, all) => {
      let pool = IdPool.adopt(size, none)
      const taken: number[] = []
      for (const { take, which, clone } of all) {
        if (clone) pool = pool.clone()
        if (take) {
          const id = pool.take()
          expect(id === undefined).toBe(taken.length === size - 1)
          if (id === undefined) continue
          expect(taken).not.toContain(id)
          taken.push(id)
        } else if (taken.length > 0) pool.give(taken.splice(which % taken.length, 1)[0]!)
        expect(pool.used).toBe(taken.length)
      }
    }),
  )
})

test('an id is unused until somebody has it, where that is known of the others', () => {
  const pool = IdPool.adopt(4, () => false, true)
  expect([1, 2, 3].map((id) => pool.isUnused(id))).toEqual([true, true, true])
  const id = pool.take()!
  pool.give(id)
  expect([1, 2, 3].map((each) => pool.clone().isUnused(each))).toEqual([false, true, true])
  expect(IdPool.adopt(4, () => false).isUnused(3)).toBe(false)
})
