import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Scheduler } from './scheduler.ts'

const round = jest.fn()
const onError = jest.fn()
const onIdle = jest.fn()
let scheduler: Scheduler

beforeEach(() => {
  jest.useFakeTimers()
  round.mockReset()
  onError.mockReset()
  onIdle.mockReset()
  scheduler = new Scheduler(round, { everyMs: 30_000, onError, onIdle })
})

afterEach(() => {
  scheduler.stop()
  expect(jest.getTimerCount()).toBe(0)
  jest.useRealTimers()
})

test('events that come together make one round', () => {
  for (let event = 0; event < 5; event++) scheduler.soon()
  jest.advanceTimersByTime(1000)
  expect(round).toHaveBeenCalledTimes(1)
  expect(onIdle).not.toHaveBeenCalled()
})

test('what cannot wait is done at once, and what was to follow with it', () => {
  scheduler.soon()
  scheduler.now()
  expect(round).toHaveBeenCalledTimes(1)
  jest.advanceTimersByTime(1000)
  expect(round).toHaveBeenCalledTimes(1)
})

test('a round is due now and then without any event', () => {
  jest.advanceTimersByTime(90_000)
  expect([round.mock.calls.length, onIdle.mock.calls.length]).toEqual([3, 3])
})

test('a failure is tried again, later each time, until it succeeds', () => {
  round.mockImplementation(() => {
    throw new Error('no such device')
  })
  scheduler.soon()
  jest.advanceTimersByTime(2000)
  expect(onError.mock.calls.map(([, retryMs]) => retryMs)).toEqual([500, 1000, 2000])
  round.mockReset()
  jest.advanceTimersByTime(2000)
  expect(round).toHaveBeenCalledTimes(1)
  round.mockImplementation(() => {
    throw new Error('again')
  })
  scheduler.soon()
  jest.advanceTimersByTime(60)
  expect(onError.mock.calls.at(-1)?.[1]).toBe(500)
})

test('after a quiet time an event waits no longer because the last round took long', () => {
  const made = roundsTaking(1000)
  for (const event of [1, 2, 3]) {
    scheduler.soon()
    jest.advanceTimersByTime(50)
    expect(made()).toBe(event)
    jest.advanceTimersByTime(10_000)
  }
})

test('a few events in a row do not wait for each other, though rounds take long', () => {
  const made = roundsTaking(500)
  for (const event of [1, 2, 3, 4]) {
    scheduler.soon()
    jest.advanceTimersByTime(50)
    expect(made()).toBe(event)
  }
})

test('rounds that take long take a tenth of the time in the long run, however many events there are', () => {
  const made = roundsTaking(200)
  keepAsking(20_000)
  const before = made()
  expect(before).toBeGreaterThan(10)
  keepAsking(20_000)
  expect(made() - before).toBeGreaterThanOrEqual(9)
  expect(made() - before).toBeLessThanOrEqual(11)
})

test('no event waits longer than five seconds', () => {
  const made = roundsTaking(3000)
  keepAsking(60_000)
  const before = made()
  keepAsking(80_000)
  expect(made() - before).toBeGreaterThanOrEqual(9)
})

/** How many have been made. */
function roundsTaking(ms: number): () => number {
  round.mockImplementation(() => {
    jest.advanceTimersByTime(ms)
  })
  return () => round.mock.calls.length
}

function keepAsking(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) {
    scheduler.soon()
    jest.advanceTimersByTime(10)
  }
}
