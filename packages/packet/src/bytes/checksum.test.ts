import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { checksum, pseudoHeaderSum, updateChecksum } from '../index.ts'
import { fromHex } from '../test/hex.ts'

test('RFC 1071, section 3', () => {
  expect(checksum(fromHex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff)
})

test('RFC 1624, section 4: an incremental update that plain arithmetic gets wrong', () => {
  expect(updateChecksum(0xdd2f, fromHex('5555'), fromHex('3285'))).toBe(0x0000)
})

test('an odd byte counts as the high one', () => {
  expect(checksum(Uint8Array.of(0x12))).toBe(~0x1200 & 0xffff)
})

test('data that holds its checksum sums up to nothing', () => {
  expect(checksum(fromHex('45000073000040004011b861c0a80001c0a800c7'))).toBe(0)
  expect(checksum(fromHex('450000730000400040110000c0a80001c0a800c7'))).toBe(0xb861)
})

test('only the range counts', () => {
  expect(checksum(fromHex('ffff 0001 f203 f4f5 f6f7 eeee'), 2, 10)).toBe(~0xddf2 & 0xffff)
})

test('a pseudo-header goes into the sum', () => {
  const pseudo = { src: fromHex('0a000001'), dst: fromHex('0a000002') }
  const header = fromHex('04d20050 00000000 00000000 5000ffff 00000000 78')
  expect(checksum(header, 0, header.length, pseudoHeaderSum(pseudo, 6, header.length))).toBe(0x1ebf)
})

test('an update gives what counting anew gives', () => {
  const word = fc.uint8Array({ minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 40 }), word, (data, change) => {
      data[0] = 1
      const changed = Uint8Array.from(data)
      changed.set(change, 4)
      expect(updateChecksum(checksum(data), data.subarray(4, 8), change)).toBe(checksum(changed))
    }),
  )
})
