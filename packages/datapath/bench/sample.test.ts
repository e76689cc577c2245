import { expect, test } from '@jest/globals'
import { median, summary } from './sample.ts'

test('own cost is what is left when wrapper and shrinking are taken off', () => {
  const samples = [
    { raw: 100, wrapper: 40, drop: 20, shrink: 10 },
    { raw: 110, wrapper: 40, drop: 20, shrink: 10 },
    { raw: 900, wrapper: 40, drop: 20, shrink: 10 },
  ]
  expect(summary('a', samples)).toEqual({ name: 'a', ownNs: 60, rawNs: 110, xDrop: 4 })
})

test('a program that drops is once itself', () => {
  expect(summary('drop', [{ raw: 25, wrapper: 25, drop: 25, shrink: 0 }])).toMatchObject({ ownNs: 0, xDrop: 1 })
})

test('medians of odd and even numbers of values', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})
