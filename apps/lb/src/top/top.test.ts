import { expect, test } from '@jest/globals'
import { ratesBetween } from './rates.ts'
import type { Item, Sample } from './sample.ts'
import { pressed, startState } from './state.ts'
import { formatRate, report, screenLines } from './view.ts'

const item = (key: string, packets: number, connections = 0): Item => ({
  key,
  service: key,
  address: `192.0.2.10:${key.length}/TCP`,
  packets,
  bytes: 100 * packets,
  connections,
  share: null,
})

function sample(at: number, services: readonly Item[], dropped = 0): Sample {
  const backends = services.map((one) => ({ ...one, share: 0.5 }))
  return { at, services, backends, verdicts: [{ key: 'DROP_TTL', packets: dropped, bytes: 0 }] }
}

const before = sample(1000, [item('web', 100), item('dns', 500), item('gone', 7)])
const after = sample(3000, [item('web', 300, 9), item('dns', 520), item('fresh', 40), item('gone', 3)], 10)
const rates = ratesBetween(before, after)
const size = { rows: 20, columns: 100 }

test('rates are by the time between the looks; what is new or counted anew starts from zero', () => {
  expect(rates.services.map(({ key, packetsPerSecond }) => [key, packetsPerSecond])).toEqual([
    ['web', 100],
    ['dns', 10],
    ['fresh', 20],
    ['gone', 1.5],
  ])
  expect(rates).toMatchObject({ seconds: 2, packetsPerSecond: 131.5, bytesPerSecond: 13_150, connections: 9 })
  expect(rates.verdicts).toMatchObject([{ key: 'DROP_TTL', packetsPerSecond: 5 }])
  expect(ratesBetween(after, after).packetsPerSecond).toBe(0)
})

const order = (keys: string) =>
  screenLines(rates, pressed(startState, keys), 'top', size)
    .slice(5, 9)
    .map((line) => line.split(' ')[0])

test.each([
  ['', ['web', 'fresh', 'dns', 'gone']],
  ['p', ['web', 'fresh', 'dns', 'gone']],
  ['r', ['gone', 'dns', 'fresh', 'web']],
  ['n', ['dns', 'fresh', 'gone', 'web']],
  ['nr', ['web', 'gone', 'fresh', 'dns']],
  ['c', ['web', 'dns', 'fresh', 'gone']],
  ['xyz', ['web', 'fresh', 'dns', 'gone']],
])('keys %j sort', (keys, wanted) => {
  expect(order(keys)).toEqual(wanted)
})

test('Tab shows backends, and again services', () => {
  const title = (keys: string) => screenLines(rates, pressed(startState, keys), 'top', size)[4]
  expect(title('')).toMatch(/^SERVICE +FRONTEND +PACKETS\/S\*/)
  expect(title('\t')).toMatch(/^SERVICE +BACKEND +SHARE +PACKETS\/S\*/)
  expect(title('\t\tb')).toMatch(/^SERVICE +FRONTEND +PACKETS\/S +BYTES\/S\*/)
})

test.each(['q', '\u0003', 'pq'])('%j ends it', (keys) => {
  expect(pressed(startState, keys).done).toBe(true)
})

test('no more lines and columns than there are, and scrolling stays within the rows', () => {
  const small = { rows: 9, columns: 30 }
  const lines = screenLines(rates, pressed(startState, '\u001b[B\u001b[B\u001b[6~'), 'x'.repeat(50), small)
  expect(lines).toHaveLength(9)
  expect(Math.max(...lines.map((line) => line.length))).toBe(30)
  expect([lines[5]?.split(' ')[0], lines[6]?.split(' ')[0]]).toEqual(['dns', 'gone'])
  expect(lines[7]).toBe('services 3–4 of 4')
  expect(pressed(startState, '\u001b[A').offset).toBe(0)
})

test('one look as text', () => {
  const text = report(rates, 'skep-lb edge')
  expect(text.split('\n').slice(0, 2)).toEqual(['skep-lb edge', 'to backends: 132 packets/s, 13 KB/s; 9 connections'])
  expect(text).toMatch(/^DROP_TTL +5\.0 +10$/m)
})

test('rates for people', () => {
  expect([0, 0.5, 9.9, 10, 999, 1000, 12_345, 999_600, 5_000_000, 2e9].map(formatRate)).toEqual([
    '0',
    '0.5',
    '9.9',
    '10',
    '999',
    '1.0k',
    '12k',
    '1.0M',
    '5.0M',
    '2.0G',
  ])
})
