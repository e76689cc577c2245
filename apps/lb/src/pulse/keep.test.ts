import { afterEach, beforeEach, expect, jest } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import type { Netlink } from 'netlink-ts'
import { keepPulse } from './keep.ts'

const { test } = needing(needs.root)

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
})
afterEach(() => {
  jest.useRealTimers()
})

/** A network in which nothing happens, until the signal aborts. */
function quiet(signal: AbortSignal): Pick<Netlink, 'monitor'> {
  const over = new Promise<IteratorResult<never>>((resolve) =>
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined })),
  )
  const monitor = {
    next: () => over,
    [Symbol.asyncIterator]: () => monitor,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  return { monitor: () => monitor as unknown as ReturnType<Netlink['monitor']> }
}

test('what no message tells of, like a path MTU, is forgotten after 30 seconds', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const pulse = { forget: jest.fn(), beat: jest.fn() }
  const kept = keepPulse(quiet(signal), pulse, signal)
  await jest.advanceTimersByTimeAsync(29_000)
  expect(pulse.forget).not.toHaveBeenCalled()
  await jest.advanceTimersByTimeAsync(31_000)
  expect(pulse.forget).toHaveBeenCalledTimes(2)
  controller.abort()
  await kept
  await jest.advanceTimersByTimeAsync(60_000)
  expect(pulse.forget).toHaveBeenCalledTimes(2)
})
