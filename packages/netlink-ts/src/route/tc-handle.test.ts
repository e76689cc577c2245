import { expect, test } from '@jest/globals'
import type { TcHandle } from './tc-handle.ts'
import { handleNumber, handleText, parentText } from './tc-handle.ts'

test.each<[TcHandle, number]>([
  ['root', 0xffffffff],
  ['1:', 0x00010000],
  ['a0:1f', 0x00a0001f],
  ['ffff:ffff', 0xffffffff],
  ['clsact/egress', 0xfffffff3],
])('%s is %i', (text, number) => {
  expect(handleNumber('op', 'parent', text)).toBe(number)
})

test('written as tc writes it', () => {
  expect([handleText(0x00010000), handleText(0x00a0001f), handleText(0xffff0000)]).toEqual(['1:', 'a0:1f', 'ffff:'])
  expect([parentText(0xffffffff), parentText(0xfffffff2), parentText(0x00010001)]).toEqual([
    'root',
    'clsact/ingress',
    '1:1',
  ])
})

test.each(['1', ':1', 'g:', '12345:', '1:12345', ''])('%j is refused', (text) => {
  expect(() => handleNumber('qdisc.add', 'parent', text as TcHandle)).toThrow('write a handle like "1:" or "1:10"')
})
