import { expect, test } from '@jest/globals'
import { medians, type Taken } from './summary.ts'

function taken(name: string, requestsPerSecond: number, errors = 0): Taken {
  return { name, profile: 'connect', requestsPerSecond, p50Ms: 1, p99Ms: 2, errors }
}

test('the median of the rounds, and of their shares of direct', () => {
  const rounds = [
    [100, 50],
    [400, 200],
    [200, 100],
    [1000, 10],
    [50, 25],
  ].flatMap(([direct = 0, ours = 0]) => [taken('direct', direct), taken('skep-snat', ours)])
  expect(medians(rounds)).toEqual([
    { name: 'end-to-end/direct/connect', requestsPerSecond: 200, p50Ms: 1, p99Ms: 2, errors: 0, toDirect: 1 },
    { name: 'end-to-end/skep-snat/connect', requestsPerSecond: 50, p50Ms: 1, p99Ms: 2, errors: 0, toDirect: 0.5 },
  ])
})

test('errors of all rounds are summed', () => {
  expect(medians([taken('nftables', 1, 2), taken('nftables', 1, 3)])[0]?.['errors']).toBe(5)
})
