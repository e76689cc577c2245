import { describe, expect, test } from '@jest/globals'
import { hex } from '../../test/fake-door.ts'
import type { Message } from '../wire/message.ts'
import { decodeLink } from './link-decode.ts'

/** `struct ifinfomsg`: Ethernet, index 7, UP and BROADCAST. */
const header = '0000 0100 07000000 03000000 00000000'
const name = '0900 0300 6574683000 000000'

test('the header and the name', () => {
  const link = decodeLink(message(header, name))
  expect(link).toMatchObject({
    index: 7,
    name: 'eth0',
    type: 'ether',
    up: true,
    flags: ['UP', 'BROADCAST'],
    altNames: [],
  })
})

test('numbers without a name stay numbers', () => {
  const link = decodeLink(message('0000 3412 07000000 00000000 00000000', name, '0500 1000 63 000000'))
  expect(link).toMatchObject({ type: 0x1234, operState: 99, up: false })
})

describe('XDP', () => {
  test('one program, native', () => {
    const xdp = '1c00 2b80  0500 0200 01 000000  0800 0400 2a000000  0800 0500 2a000000'
    expect(decodeLink(message(header, xdp)).xdp).toEqual({ mode: 'native', programId: 42, programIds: { native: 42 } })
  })

  test('programs in more than one place: the first that sees a packet stands for them', () => {
    const xdp = '1c00 2b80  0500 0200 04 000000  0800 0600 02000000  0800 0700 03000000'
    const programIds = { generic: 2, offload: 3 }
    expect(decodeLink(message(header, xdp)).xdp).toEqual({ mode: 'multi', programId: 3, programIds })
  })

  test('none', () => {
    expect(decodeLink(message(header, '0c00 2b80  0500 0200 00 000000'))).not.toHaveProperty('xdp')
  })
})

test('counters that an older kernel does not have are 0', () => {
  const { statistics } = decodeLink(message(header, `1400 1700 0100000000000000 ffffffffffffffff`))
  expect(statistics).toMatchObject({ rxPackets: 1n, txPackets: 2n ** 64n - 1n, rxBytes: 0n, rxOtherhostDropped: 0n })
})

test('a kind that is not known here keeps its name, and its data unread', () => {
  // IFLA_LINKINFO { KIND "netkit", DATA of four bytes that are no attribute }
  const info = '1800 1280  0b00 0100 6e65746b697400 00  0800 0280 ffffffff'
  const link = decodeLink(message(header, info))
  expect(link.kind).toBe('netkit')
})

test.each([
  ['a message shorter than its header', '0000'],
  ['an attribute that is cut off', `${header} 0c00 0300 6574`],
  ['a kind’s data that is no attributes', `${header} 1800 1280  0900 0100 766c616e00 000000  0800 0280 0200ffff`],
])('%s is MALFORMED', (_name, bytes) => {
  expect(() => decodeLink(message(bytes))).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
})

function message(...parts: readonly string[]): Message {
  const bytes = hex(parts.join(''))
  return { type: 16, flags: 0, sequence: 0, port: 0, bytes, start: 0, end: bytes.length }
}
