import { setTimeout as delay } from 'node:timers/promises'
import type { Pace } from './options.ts'

/**
 * Runs `attempt(n)` for n = 0, 1, 2, … in as many lanes as the pace's concurrency, until a bound is met or the signal
 * aborts; resolves when everything that was started has ended. `attempt` must not reject.
 */
export async function runLanes(
  pace: Pace,
  attempt: (lane: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { requests = Infinity, durationMs = Infinity, concurrency = 1, perSecond = Infinity } = pace
  const began = performance.now()
  let started = 0

  const mayStart = (): boolean => !signal.aborted && started < requests && performance.now() - began < durationMs
  const lane = async (number: number): Promise<void> => {
    while (mayStart()) {
      const due = began + (started++ * 1000) / perSecond
      if ((await waitUntil(Math.min(due, began + durationMs), signal)) && due - began < durationMs)
        await attempt(number)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, (_, number) => lane(number)))
}

/** True when the time has come, false when the signal aborted before. */
async function waitUntil(time: number, signal: AbortSignal): Promise<boolean> {
  const wait = time - performance.now()
  if (wait <= 0) return true
  return delay(wait, true, { signal }).catch(() => false)
}
