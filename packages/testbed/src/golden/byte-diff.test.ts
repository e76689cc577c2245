import { expect, test } from '@jest/globals'
import { byteDiff } from './byte-diff.ts'

test('equal bytes have no difference', () => {
  expect(byteDiff(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe('')
})

test('only lines that differ are shown, with what differs marked, also where one string is longer', () => {
  const expected = Uint8Array.from({ length: 34 }, (_, i) => i)
  const found = expected.slice(0, 33)
  found[17] = 0xff
  expect(byteDiff(expected, found)).toBe(
    [
      '- 0010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f',
      '+ 0010  10 ff 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f',
      '           ^^',
      '- 0020  20 21',
      '+ 0020  20',
      '           ^^',
    ].join('\n'),
  )
})
