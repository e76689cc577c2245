import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Bell } from './bell.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

/** Whether a wait has ended after so many milliseconds. */
async function endedAfter(wait: Promise<void>, ...steps: number[]): Promise<boolean[]> {
  let ended = false
  void wait.then(() => (ended = true))
  const found: boolean[] = []
  for (const step of steps) {
    await jest.advanceTimersByTimeAsync(step)
    found.push(ended)
  }
  return found
}

test('a ring is heard when it has been quiet', async () => {
  using bell = new Bell({ quietMs: 50, mostMs: 250 })
  bell.ring()
  await jest.advanceTimersByTimeAsync(40)
  bell.ring()
  expect(await endedAfter(bell.wait(), 40, 10)).toEqual([false, true])
})

test('rings that never cease are heard in time', async () => {
  using bell = new Bell({ quietMs: 50, mostMs: 250 })
  const ringing = setInterval(() => bell.ring(), 10)
  expect(await endedAfter(bell.wait(), 250, 20)).toEqual([false, true])
  clearInterval(ringing)
})

test('a ring while nobody waits is heard by the next, once', async () => {
  using bell = new Bell({ quietMs: 50, mostMs: 250 })
  bell.ring()
  await jest.advanceTimersByTimeAsync(1000)
  expect(await endedAfter(bell.wait(), 0)).toEqual([true])
  expect(await endedAfter(bell.wait(performance.now() + 700), 600, 100)).toEqual([false, true])
})

test('an error reaches who waits, and who comes later', async () => {
  using bell = new Bell({ quietMs: 50, mostMs: 250 })
  const waits = expect(bell.wait()).rejects.toThrow('over')
  bell.fail(new Error('over'))
  await waits
  await expect(bell.wait(performance.now())).rejects.toThrow('over')
})
