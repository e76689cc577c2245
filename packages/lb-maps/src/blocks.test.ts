import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { BlockPool, orderFor } from './blocks.ts'

test('the order of a block that holds so many lines', () => {
  expect([0, 1, 2, 3, 4, 5, 64, 65].map(orderFor)).toEqual([0, 0, 1, 2, 2, 3, 6, 7])
})

test('two halves that are free become one block again', () => {
  const pool = BlockPool.empty(8)
  const blocks = [pool.take(1), pool.take(1), pool.take(2)]
  expect(blocks).toEqual([0, 2, 4])
  expect(pool.take(0)).toBeUndefined()
  pool.give(0, 1)
  expect(pool.take(2)).toBeUndefined()
  pool.give(2, 1)
  expect(pool.largest).toBe(4)
  pool.give(4, 2)
  expect(pool.largest).toBe(8)
})

test('a block is claimed only where all of it is free', () => {
  const pool = BlockPool.empty(12)
  expect(pool.claim(4, 2)).toBe(true)
  expect(pool.claim(4, 0)).toBe(false)
  expect(pool.claim(0, 3)).toBe(false)
  expect(pool.claim(2, 2)).toBe(false)
  expect(pool.claim(8, 2)).toBe(true)
  expect(pool.claim(12, 0)).toBe(false)
  expect(pool.used).toBe(8)
})

/** The lines themselves, each with the block that has it. */
class Model {
  readonly lines: (number | undefined)[]
  readonly blocks = new Map<number, number>()

  constructor(lines: number) {
    this.lines = Array.from({ length: lines }, () => undefined)
  }

  own(base: number, order: number): void {
    for (let line = base; line < base + (1 << order); line++) {
      if (line >= this.lines.length || this.lines[line] !== undefined) throw new Error(`line ${line} is not free`)
      this.lines[line] = base
    }
    this.blocks.set(base, order)
  }

  lose(base: number): number {
    const order = this.blocks.get(base)!
    this.lines.fill(undefined, base, base + (1 << order))
    this.blocks.delete(base)
    return order
  }

  isFree(base: number, order: number): boolean {
    const lines = this.lines.slice(base, base + (1 << order))
    return lines.length === 1 << order && lines.every((line) => line === undefined)
  }

  /** Is there an aligned block of this order? */
  hasRoom(order: number): boolean {
    for (let base = 0; base < this.lines.length; base += 1 << order) if (this.isFree(base, order)) return true
    return false
  }
}

const anyMove = fc.record({
  verb: fc.constantFrom('take' as const, 'take' as const, 'give' as const, 'claim' as const, 'shrink' as const),
  order: fc.integer({ min: 0, max: 4 }),
  which: fc.nat(),
  restart: fc.boolean(),
})

test('like its lines, whatever is taken, claimed, cut and given, and over restarts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.array(anyMove, { maxLength: 60 }), (lines, moves) => {
      let pool = BlockPool.empty(lines)
      const model = new Model(lines)
      for (const { verb, order, which, restart } of moves) {
        const bases = [...model.blocks.keys()]
        const base = bases[which % bases.length]
        if (verb === 'take') {
          const got = pool.take(order)
          expect(got !== undefined).toBe(got === undefined ? model.hasRoom(order) : true)
          if (got !== undefined) model.own(got, order)
        } else if (verb === 'claim') {
          const at = (which % lines) & -(1 << order)
          expect(pool.claim(at, order)).toBe(model.isFree(at, order))
          if (model.isFree(at, order)) model.own(at, order)
        } else if (base !== undefined) {
          const was = model.lose(base)
          if (verb === 'give') pool.give(base, was)
          else {
            pool.shrink(base, was, Math.min(order, was))
            model.own(base, Math.min(order, was))
          }
        }
        if (restart) pool = restarted(model)
        expect(pool.used).toBe(model.lines.filter((line) => line !== undefined).length)
      }
    }),
  )
})

function restarted(model: Model): BlockPool {
  const pool = BlockPool.empty(model.lines.length)
  for (const [base, order] of model.blocks) expect(pool.claim(base, order)).toBe(true)
  return pool
}
