import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { RefreshSchedule, type RefreshOptions } from './schedule.ts'

const TICK = 1000
const none = new Set<string>()
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `hop ${i}`)

/** Who is asked for at which tick, for some minutes. */
function asked(options: RefreshOptions, keys: readonly string[], ticks: number, missing = none): string[][] {
  const schedule = new RefreshSchedule(options, 0)
  schedule.keep(keys, missing, 0)
  return Array.from({ length: ticks }, (_, i) => schedule.due(i * TICK))
}

const someOptions = fc.record({
  everyMs: fc.integer({ min: 2000, max: 30_000 }),
  failedMs: fc.constant(5000),
  perSecond: fc.integer({ min: 1, max: 50 }),
})

describe('asking again', () => {
  test('never more in any stretch of time than the rate allows, with one second’s worth at once', () => {
    fc.assert(
      fc.property(someOptions, fc.integer({ min: 1, max: 200 }), (options, count) => {
        const keys = names(count)
        const rounds = asked(options, keys, 60, new Set(keys)).map((round) => round.length)
        // What is left of the allowance at the worst moment of any stretch.
        let [credit, least] = [0, 0]
        for (const round of rounds) {
          credit = Math.min(0, credit) + options.perSecond - round
          least = Math.min(least, credit)
        }
        expect(least).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 30 },
    )
  })

  test('each in its time where the rate is enough, and not sooner than three quarters of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 30_000 }), fc.integer({ min: 1, max: 100 }), (everyMs, count) => {
        const rounds = asked({ everyMs, failedMs: 5000, perSecond: 1000 }, names(count), 120)
        const gaps = names(count).flatMap((key) => {
          const times = rounds.flatMap((round, i) => (round.includes(key) ? [i * TICK] : []))
          return [...times, 120 * TICK].map((at, i) => ({ gap: at - (times[i - 1] ?? 0), isLast: i === times.length }))
        })
        expect(Math.max(...gaps.map(({ gap }) => gap))).toBeLessThanOrEqual(everyMs + TICK)
        const whole = gaps.filter(({ isLast }) => !isLast).map(({ gap }) => gap)
        expect(Math.min(...whole)).toBeGreaterThanOrEqual(0.75 * everyMs)
      }),
      { numRuns: 30 },
    )
  })

  test('all in turn where it is not: nobody starves', () => {
    const keys = names(100)
    const rounds = asked({ everyMs: 2000, failedMs: 2000, perSecond: 10 }, keys, 60)
    const counts = keys.map((key) => rounds.filter((round) => round.includes(key)).length)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(4)
    expect(Math.max(...counts)).toBeLessThanOrEqual(7)
  })

  test('what was asked for together is spread', () => {
    const keys = names(1000)
    const rounds = asked({ everyMs: 30_000, failedMs: 5000, perSecond: 10_000 }, keys, 31)
    const busiest = Math.max(...rounds.map((round) => round.length))
    expect(busiest).toBeLessThan(300)
  })
})

test('what the kernel does not have is asked for at once, what it keeps by itself never again', () => {
  const options = { everyMs: Infinity, failedMs: Infinity, perSecond: 2 }
  const rounds = asked(options, ['a', 'b', 'c', 'd'], 100, new Set(['b', 'c', 'd']))
  expect(rounds.slice(0, 2)).toEqual([['b', 'c'], ['d']])
  expect(rounds.slice(2).flat()).toEqual([])
})

test('one that has failed is asked for at once and sooner from then on, and as seldom as the others when it is back', () => {
  const schedule = new RefreshSchedule({ everyMs: 30_000, failedMs: 5000, perSecond: 10 }, 0, () => 0)
  schedule.keep(['a'], none, 0)
  schedule.note('a', true, 1000)
  expect([1000, 5000, 6000, 10_000, 11_000].map((now) => schedule.due(now).length)).toEqual([1, 0, 1, 0, 1])
  schedule.note('a', false, 12_000)
  expect([17_000, 41_000, 42_000].map((now) => schedule.due(now).length)).toEqual([0, 0, 1])
})
