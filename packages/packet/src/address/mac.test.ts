import { expect, test } from '@jest/globals'
import { formatMac, parseMac, tryParseMac } from '../index.ts'

test.each(['02:00:00:00:0a:01', '2:0:0:0:A:1', '02-00-00-00-0A-01'])('%s', (text) => {
  expect(formatMac(parseMac(text))).toBe('02:00:00:00:0a:01')
})

test.each(['', '02:00:00:00:00', '02:00:00:00:00:01:02', '02:00-00:00:00:01', '02:00:00:00:00:1g', '020:0:0:0:0:0'])(
  '%j is refused',
  (text) => {
    expect(tryParseMac(text)).toBeUndefined()
    expect(() => parseMac(text)).toThrow('is not a MAC address: write six hex bytes, like 02:00:00:00:00:01')
  },
)
