import { expect, test } from '@jest/globals'
import { movedShare } from './moved.ts'

const ring = (...slots: number[]): Uint16Array => Uint16Array.from(slots)

test('the share of slots that lead elsewhere', () => {
  expect(movedShare(ring(1, 2, 1, 2), ring(1, 2, 1, 2))).toBe(0)
  expect(movedShare(ring(1, 2, 1, 2), ring(1, 2, 1, 1))).toBe(0.25)
})

test('a ring that doubles by repeating each slot moves nothing', () => {
  expect(movedShare(ring(1, 2), ring(1, 1, 2, 2))).toBe(0)
  expect(movedShare(ring(1, 2), ring(1, 3, 2, 2))).toBe(0.25)
  expect(movedShare(ring(1, 1, 2, 2), ring(1, 2))).toBe(0)
})

test('from nothing to something everything moves, from nothing to nothing nothing does', () => {
  expect(movedShare(ring(), ring(1, 2))).toBe(1)
  expect(movedShare(ring(1, 2), ring())).toBe(1)
  expect(movedShare(ring(), ring())).toBe(0)
})
