import { describe, expect, test } from '@jest/globals'
import { hex } from '../../test/fake-door.ts'
import { AttributeDecoder } from './decoder.ts'

test('reads attributes one after another, padding passed over', () => {
  const decoder = new AttributeDecoder(
    hex('0500 0100 07000000  0600 0200 3412 0000  0800 0380 78563412  0700 0400 6c6f00'),
  )
  const seen: unknown[] = []
  while (decoder.next()) seen.push([decoder.type, decoder.length])
  expect(seen).toEqual([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 3],
  ])
  expect(decoder.error).toBeUndefined()
})

test('reads every width, in host and in network order', () => {
  const decoder = new AttributeDecoder(hex('0c00 0100 0102030405060708'))
  expect(decoder.next()).toBe(true)
  expect(decoder.u8()).toBe(0x01)
  expect(decoder.u16()).toBe(0x0201)
  expect(decoder.be16()).toBe(0x0102)
  expect(decoder.u32()).toBe(0x04030201)
  expect(decoder.be32()).toBe(0x01020304)
  expect(decoder.u64()).toBe(0x0807060504030201n)
})

test('text ends at its NUL, or with the payload', () => {
  const decoder = new AttributeDecoder(hex('0900 0100 65746800 30000000  0700 0200 6c6f31'))
  decoder.next()
  expect(decoder.string()).toBe('eth')
  decoder.next()
  expect(decoder.string()).toBe('lo1')
  const alias = new AttributeDecoder(hex('0800 0100 e2829100'))
  alias.next()
  expect(alias.string()).toBe('\u2091')
})

describe('bad bytes', () => {
  test.each([
    ['a header cut short', '0800', "2 bytes left, an attribute's header takes 4"],
    ['a length below its own header', '0300 0100', 'an attribute of 3 bytes where 4 are left'],
    ['a length of zero, which would loop', '0000 0100 0000 0000', 'an attribute of 0 bytes where 8 are left'],
    ['a length past the end', '0c00 0100 0000 0000', 'an attribute of 12 bytes where 8 are left'],
  ])('%s', (_name, bytes, problem) => {
    const decoder = new AttributeDecoder(hex(bytes))
    expect(decoder.next()).toBe(false)
    expect(decoder.error?.problem).toBe(problem)
    expect(decoder.next()).toBe(false)
  })

  test('a payload shorter than its type is 0, and the error stays', () => {
    const decoder = new AttributeDecoder(hex('0600 0100 0102 0000  0800 0200 01000000'))
    decoder.next()
    expect(decoder.u32()).toBe(0)
    expect(decoder.error).toEqual({ offset: 8, problem: 'attribute 1 has 2 bytes, expected 4' })
    expect(decoder.next()).toBe(false)
    expect([decoder.u8(), decoder.u64(), decoder.string()]).toEqual([0, 0n, ''])
  })

  test('an error inside a nest ends the loop around it', () => {
    const decoder = new AttributeDecoder(hex('0800 0180 ff00 0100  0500 0200 01000000'))
    decoder.next()
    const inner = decoder.nested()
    expect(inner.next()).toBe(false)
    expect(inner.error).toBe(decoder.error)
    expect(decoder.next()).toBe(false)
  })

  test('a nest too short for its struct', () => {
    const decoder = new AttributeDecoder(hex('0800 0180 00000000'))
    decoder.next()
    expect(decoder.nested(16).next()).toBe(false)
    expect(decoder.error?.problem).toBe('attribute 1 has 4 bytes, expected 16')
  })
})
