import { expect, test } from '@jest/globals'
import { describeKeeping, describeState, duration } from './explain.ts'
import { step, unknownHop } from './state/step.ts'

const start = Date.UTC(2026, 2, 1, 6, 12, 1)
const minute = 60_000
const mac = '02:00:00:00:00:12'

test('what an operator reads of a next hop, from its first answer to its silence', () => {
  const answered = step(unknownHop(start), { state: 'reachable', lladdr: mac, flags: ['managed'] }, start)
  expect(describeState(answered, start + 3 * minute)).toBe(
    'usable since 2026-03-01T06:12:01Z (3 min), at 02:00:00:00:00:12 (reachable)',
  )
  const silent = step(answered, { state: 'failed', flags: ['managed'] }, start + minute)
  expect(describeState(silent, start + 2 * minute)).toBe(
    'DOES NOT ANSWER since 2026-03-01T06:13:01Z (60 s); it was at 02:00:00:00:00:12 (failed); stopped answering once',
  )
  const moved = step(silent, { state: 'stale', lladdr: '02:00:00:00:00:13', flags: [] }, start + 2 * minute)
  expect(describeState(moved, start + 2 * minute)).toContain('(stale); stopped answering once; came with another MAC')
})

test.each([
  [0, '0 s'],
  [119_000, '119 s'],
  [180_000, '3 min'],
  [7_200_000, '2 h'],
  [-5, '0 s'],
  [345_600_000, '4 d'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test('who keeps it resolved', () => {
  expect(describeKeeping(['extern_learn', 'managed'], undefined)).toBe('the kernel keeps it resolved')
  expect(describeKeeping(['extern_learn'], undefined)).toContain('asked for it again')
  expect(describeKeeping([], undefined)).toContain('somebody else')
})
