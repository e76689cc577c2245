import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { jiffiesPerSecond, nearestFrequency, readClock } from './clock.ts'

needing(needs.root, needs.bpf).describe('the kernel’s clocks', () => {
  test('the kernel ticks at one of the frequencies that kernels are built with, the same each time', () => {
    const first = jiffiesPerSecond()
    expect([100, 250, 300, 1000]).toContain(first)
    expect(jiffiesPerSecond()).toBe(first)
  })

  test('nanoseconds are those of the monotonic clock', () => {
    const before = process.hrtime.bigint()
    const { nanoseconds } = readClock()
    expect(nanoseconds).toBeGreaterThanOrEqual(before)
    expect(nanoseconds).toBeLessThanOrEqual(process.hrtime.bigint())
  })
})

test.each([
  [97, 100],
  [262, 250],
  [290, 300],
  [1030, 1000],
])('a measured %d is a kernel of %d', (measured, frequency) => {
  expect(nearestFrequency(measured)).toBe(frequency)
})
