import { expect, test } from '@jest/globals'
import { table } from './table.ts'

test('cases with different figures share one table', () => {
  expect(
    table([
      { name: 'load', seconds: 1.23456 },
      { name: 'lookup', nsPerPacket: 25, seconds: 0.5 },
    ]),
  ).toBe(['name    seconds  nsPerPacket', 'load      1.235', 'lookup   0.5000           25'].join('\n'))
})
