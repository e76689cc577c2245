import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { firstDue, nextDue, placeOf } from './grid.ts'
import { Lane } from './lane.ts'
import { Wheel } from './wheel.ts'

test('the wheel fires each timer once, in order, not early, and not those that were cancelled', () => {
  const timers = fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.boolean()), { maxLength: 200 })
  fc.assert(
    fc.property(timers, fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 }), (all, steps) => {
      const wheel = new Wheel(0, 10, 64)
      const fired: number[] = []
      let now = 0
      const handles = all.map(([at], i) => wheel.add(at, () => fired.push(i)))
      for (const [i, [, cancelled]] of all.entries()) if (cancelled) wheel.cancel(handles[i]!)
      for (const step of [...steps, 60_020]) {
        const before = fired.length
        now += step
        wheel.advance(now)
        for (const i of fired.slice(before)) expect(all[i]![0]).toBeLessThanOrEqual(now)
        for (const [i, [at, cancelled]] of all.entries())
          if (!cancelled && at + 10 <= now && now >= 10) expect(fired).toContain(i)
      }
      expect(fired.toSorted((a, b) => a - b)).toEqual(all.flatMap(([, cancelled], i) => (cancelled ? [] : i)))
      const ticks = fired.map((i) => Math.max(1, Math.ceil(all[i]![0] / 10)))
      expect(ticks).toEqual(ticks.toSorted((a, b) => a - b))
      expect(wheel.size).toBe(0)
    }),
  )
})

test('a timer may cancel and add others while the wheel turns', () => {
  const wheel = new Wheel(0, 10, 8)
  const fired: string[] = []
  wheel.add(20, () => {
    fired.push('first')
    wheel.cancel(second)
    wheel.add(0, () => fired.push('third'))
  })
  const second = wheel.add(20, () => fired.push('second'))
  wheel.advance(20)
  expect(fired).toEqual(['first'])
  wheel.advance(30)
  expect(fired).toEqual(['first', 'third'])
})

test('10,000 keys spread evenly over the interval', () => {
  const buckets = Array.from({ length: 20 }, () => 0)
  for (let i = 0; i < 10_000; i++) buckets[Math.floor(placeOf(`tcp 10.0.${i >> 8}.${i & 255}:80`) * 20)]!++
  expect(Math.min(...buckets)).toBeGreaterThan(350)
  expect(Math.max(...buckets)).toBeLessThan(650)
})

test('the first check is within a second, the second between half an interval and one and a half later', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 100, max: 60_000 }),
      (place, interval) => {
        const first = firstDue(place, interval, 5000)
        expect(first.due - 5000).toBeLessThan(1000)
        const second = nextDue(first.point, interval, 0, first.due)
        expect(second.due - first.due).toBeGreaterThanOrEqual(interval / 2 - 0.001)
        expect(second.due - first.due).toBeLessThanOrEqual(interval * 1.5 + 0.001)
      },
    ),
  )
})

test('delays and long checks do not add up: every point stays on the grid', () => {
  const delays = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 6000 })), {
    maxLength: 50,
  })
  fc.assert(
    fc.property(delays, (rounds) => {
      let grid = { point: 0, due: 0, skipped: 0 }
      let checks = 0
      let skipped = 0
      for (const [delay, took] of rounds) {
        const done = grid.due + took
        grid = nextDue(grid.point, 1000, delay, done)
        checks++
        skipped += grid.skipped
        expect(grid.due).toBeGreaterThanOrEqual(done)
        expect(grid.point).toBe((checks + skipped) * 1000)
        expect(grid.due - grid.point).toBeLessThanOrEqual(Math.max(delay, 1000))
      }
    }),
  )
})

test('a lane never runs more than its limit, and everyone has a turn in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 80 }), (limit, moves) => {
      const lane = new Lane(limit)
      const begun: number[] = []
      let entered = 0
      for (const enters of moves) {
        if (enters) {
          const id = entered++
          lane.enter(() => begun.push(id))
        } else if (lane.running > 0) lane.leave()
        expect(lane.running).toBeLessThanOrEqual(limit)
        expect(lane.waiting === 0 || lane.running === limit).toBe(true)
      }
      while (lane.running > 0) lane.leave()
      expect(begun).toEqual([...begun.keys()])
      expect(begun.length).toBe(entered)
    }),
  )
})
