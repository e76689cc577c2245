import { cpus } from 'node:os'
import { expect, test } from '@jest/globals'
import { countCpus, possibleCpus } from './cpus.ts'

test.each([
  ['0', 1],
  ['0-3\n', 4],
  ['0-3,8-11', 8],
  ['0,2,5-6', 4],
])('%j names %d CPUs', (list, count) => {
  expect(countCpus(list)).toBe(count)
})

test('possible are at least those that run', () => {
  expect(possibleCpus()).toBeGreaterThanOrEqual(cpus().length)
})
