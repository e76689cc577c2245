import type { GaugeStatus } from '@skep/lb-engine'
import { expect, jest, test } from '@jest/globals'
import { EarlyWarnings } from './early-warnings.ts'

const gauge = (percent: number, name = 'connections'): GaugeStatus => {
  return { name, used: percent, size: 100, percent, warning: percent >= 80, setting: 'spec.capacity.connections' }
}

/** What is said while a gauge goes through these fills. */
function said(...fills: number[]): string[] {
  const lines: string[] = []
  const say = (level: string) => jest.fn((_fields: unknown, message?: string) => void lines.push(`${level} ${message}`))
  const warnings = new EarlyWarnings({ warn: say('warn'), info: say('info') })
  for (const fill of fills) warnings.look([gauge(fill)])
  return lines
}

const warned = (percent: number) =>
  `warn nearly full: connections: ${percent} of 100 (${percent} %); raise spec.capacity.connections`

test('a crossing is said once, with the setting to raise', () => {
  expect(said(79, 80, 90, 99)).toEqual([warned(80)])
})

test('swinging about the limit says nothing more', () => {
  expect(said(80, 79, 81, 76, 85)).toEqual([warned(80)])
})

test('what has eased is said, and the next crossing is one', () => {
  expect(said(90, 74, 60, 85)).toEqual([
    warned(90),
    'info no longer nearly full: connections: 74 of 100 (74 %)',
    warned(85),
  ])
})

test('a gauge that never warns by itself is quiet at any fill', () => {
  const log = { warn: jest.fn(), info: jest.fn() }
  const warnings = new EarlyWarnings(log)
  warnings.look([{ ...gauge(100, 'fullest line'), warning: false }])
  warnings.look([{ ...gauge(10, 'fullest line'), warning: false }])
  expect([log.warn.mock.calls, log.info.mock.calls]).toEqual([[], []])
})

test('a gauge that was away is a new one', () => {
  const log = { warn: jest.fn(), info: jest.fn() }
  const warnings = new EarlyWarnings(log)
  for (const gauges of [[gauge(90)], [], [gauge(90)]]) warnings.look(gauges)
  expect(log.warn).toHaveBeenCalledTimes(2)
})
