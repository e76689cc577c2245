import { expect, test } from '@jest/globals'
import { disposing, lazy } from './lifetime.ts'

function resource(): Disposable & { disposed: number } {
  return {
    disposed: 0,
    [Symbol.dispose]() {
      this.disposed++
    },
  }
}

test('what was made is disposed of by its resource', () => {
  const owner = resource()
  {
    using made = disposing(owner, () => ({ name: 'x' }))
    expect([made.name, owner.disposed]).toEqual(['x', 0])
  }
  expect(owner.disposed).toBe(1)
})

test('a resource is not left open when nothing could be made of it', () => {
  const owner = resource()
  const fail = () => {
    throw new Error('no such map')
  }
  expect(() => disposing(owner, fail)).toThrow('no such map')
  expect(owner.disposed).toBe(1)
})

test('lazy properties are made once, and fail only where they are used', () => {
  let made = 0
  const things = lazy<{ good: number; bad: number }>({
    good: () => ++made,
    bad: () => {
      throw new Error('was not loaded')
    },
  })
  expect([made, things.good, things.good, made]).toEqual([0, 1, 1, 1])
  expect(() => things.bad).toThrow('was not loaded')
  expect(Object.keys(things)).toEqual(['good', 'bad'])
})
