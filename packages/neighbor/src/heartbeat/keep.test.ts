import { afterEach, beforeEach, expect, jest } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { keepHeartbeat } from './keep.ts'

const { test } = needing(needs.root)

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
})
afterEach(() => {
  jest.useRealTimers()
})

type Answer = IteratorResult<MonitorEvent>

/** A network in which these things happen, and then nothing until the signal aborts. */
function network(signal: AbortSignal, events: MonitorEvent[] = []): Pick<Netlink, 'monitor'> {
  const over = new Promise<Answer>((resolve) =>
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined })),
  )
  const monitor = {
    next: (): Promise<Answer> => {
      const value = events.shift()
      return value ? Promise.resolve({ done: false, value }) : over
    },
    [Symbol.asyncIterator]: () => monitor,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  return { monitor: () => monitor as unknown as ReturnType<Netlink['monitor']> }
}

const limitMs = 3000

test('what no message tells of, like a path MTU, is forgotten after 30 seconds', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const heartbeat = { forget: jest.fn(), beat: jest.fn() }
  const kept = keepHeartbeat(network(signal), heartbeat, { limitMs, note: () => false, signal })
  await jest.advanceTimersByTimeAsync(29_000)
  expect(heartbeat.forget).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(31_000)
  expect(heartbeat.forget).toHaveBeenCalledTimes(2)
  controller.abort()
  await kept
  await jest.advanceTimersByTimeAsync(60_000)
  expect(heartbeat.forget).toHaveBeenCalledTimes(2)
})

test('entries are forgotten before a beat says that all was seen, and there are no beats after the end', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const done: string[] = []
  const heartbeat = { forget: () => void done.push('forget'), beat: () => void done.push('beat') }
  const start: MonitorEvent = { type: 'resync', reason: 'start', changes: [] }
  const note = (): boolean => true
  const kept = keepHeartbeat(network(signal, [start]), heartbeat, { limitMs, note, signal })
  await jest.advanceTimersByTimeAsync(limitMs)
  await new Promise(setImmediate)
  expect(done[0]).toBe('forget')
  expect(done.filter((one) => one === 'beat').length).toBeGreaterThanOrEqual(5)
  controller.abort()
  await kept
  const before = done.length
  await jest.advanceTimersByTimeAsync(60_000)
  expect(done).toHaveLength(before)
})
