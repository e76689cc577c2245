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

test('rounds that take long come less often, however many events there are', () => {
  round.mockImplementation(() => {
    jest.setSystemTime(Date.now())
    jest.advanceTimersByTime(20)
  })
  const end = performance.now() + 2000
  while (performance.now() < end) {
    scheduler.soon()
    jest.advanceTimersByTime(1)
  }
  expect(round.mock.calls.length).toBeGreaterThan(5)
  expect(round.mock.calls.length).toBeLessThan(12)
})
