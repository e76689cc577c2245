import { expect, test } from '@jest/globals'
import { age } from './age.ts'

test.each([
  [-5, '0.0 s'],
  [3_240, '3.2 s'],
  [59_999, '59 s'],
  [119_000, '119 s'],
  [300_000, '5 min'],
  [7_200_000, '2 h'],
  [345_600_000, '4 d'],
])('%d ms: %s', (ms, wanted) => {
  expect(age(ms)).toBe(wanted)
})
