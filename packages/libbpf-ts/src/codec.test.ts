import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  array,
  be16,
  be32,
  be64,
  bool,
  bytes,
  chars,
  le16,
  le32,
  le64,
  s16,
  s32,
  s64,
  s8,
  struct,
  structAt,
  u16,
  u32,
  u64,
  u8,
  type Codec,
} from './index.ts'

function hex(codec: Codec<unknown>, value: unknown): string {
  const buffer = new Uint8Array(codec.size).fill(0xee)
  codec.write(new DataView(buffer.buffer), 0, value)
  return Buffer.from(buffer).toString('hex')
}

function back<T>(codec: Codec<T>, value: T): T {
  const buffer = new Uint8Array(codec.size + 8).fill(0xee)
  const view = new DataView(buffer.buffer)
  codec.write(view, 4, value)
  expect(Buffer.from(buffer).toString('hex')).toMatch(/^e{8}.*e{8}$/)
  return codec.read(view, 4)
}

describe('scalars', () => {
  test.each<[string, Codec<unknown>, unknown, string]>([
    ['u8', u8, 0xfe, 'fe'],
    ['s8', s8, -2, 'fe'],
    ['bool', bool, true, '01'],
    ['be16', be16, 0x1234, '1234'],
    ['be32', be32, 0x0a000001, '0a000001'],
    ['be64', be64, 0x0102030405060708n, '0102030405060708'],
    ['le16', le16, 0x1234, '3412'],
    ['le32', le32, 0x0a000001, '0100000a'],
    ['le64', le64, 0x0102030405060708n, '0807060504030201'],
  ])('%s', (_, codec, value, expected) => {
    expect(hex(codec, value)).toBe(expected)
    expect(back(codec, value)).toBe(value)
  })

  test('without a declared order, the host’s', () => {
    const host = (array: ArrayBufferView) => Buffer.from(array.buffer).toString('hex')
    expect(hex(u16, 0x1234)).toBe(host(Uint16Array.of(0x1234)))
    expect(hex(u32, 0x12345678)).toBe(host(Uint32Array.of(0x12345678)))
    expect(hex(u64, 0x123456789abcdef0n)).toBe(host(BigUint64Array.of(0x123456789abcdef0n)))
    expect(hex(s16, -2)).toBe(host(Int16Array.of(-2)))
    expect(hex(s32, -2)).toBe(host(Int32Array.of(-2)))
    expect(hex(s64, -2n)).toBe(host(BigInt64Array.of(-2n)))
  })

  test('any byte but 0 reads as true', () => {
    expect(bool.read(new DataView(Uint8Array.of(2).buffer), 0)).toBe(true)
  })
})

describe('strings', () => {
  test('are filled with NUL and read up to the first', () => {
    expect(hex(chars(8), 'eth0')).toBe('6574683000000000')
    expect(back(chars(8), 'eth0')).toBe('eth0')
    expect(chars(4).read(new DataView(Buffer.from('fullnext').buffer.slice(0, 4)), 0)).toHaveLength(4)
  })

  test('are UTF-8, and their bytes count', () => {
    expect(back(chars(8), 'héllo')).toBe('héllo')
    expect(() => hex(chars(6), 'héllo')).toThrow('chars(6): "héllo" has 6 bytes, at most 5 fit')
  })

  test('do not fit without their NUL, and contain none', () => {
    expect(() => hex(chars(4), 'eth0')).toThrow('has 4 bytes, at most 3 fit')
    expect(() => hex(chars(4), 'a\0b')).toThrow('contains a NUL')
  })
})

describe('bytes', () => {
  test('are copied both ways', () => {
    const codec = bytes(3)
    const source = Uint8Array.of(1, 2, 3)
    const buffer = new Uint8Array(3)
    codec.write(new DataView(buffer.buffer), 0, source)
    const read = codec.read(new DataView(buffer.buffer), 0)
    buffer.fill(0)
    expect(read).toEqual(source)
  })

  test('have exactly their length', () => {
    expect(() => hex(bytes(3), Uint8Array.of(1, 2))).toThrow('bytes(3): has 2 bytes, must have 3')
  })

  test('stay inside the view', () => {
    const view = new DataView(new ArrayBuffer(16), 4, 4)
    expect(() => bytes(8).read(view, 0)).toThrow('8 bytes at offset 0 of a view of 4')
    expect(() => bytes(2).read(view, -2)).toThrow(RangeError)
  })
})

describe('arrays', () => {
  test('hold their elements one after another', () => expect(hex(array(be16, 3), [1, 2, 3])).toBe('000100020003'))
  test('of arrays', () =>
    expect(
      back(array(array(u32, 2), 2), [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]))
  test('have exactly their length', () =>
    expect(() => hex(array(u8, 3), [1, 2])).toThrow('array of 3: has 2 elements, must have 3'))
  test('stay inside the view', () =>
    expect(() => array(struct({}), 1 << 30).read(new DataView(new ArrayBuffer(0)), 1)).toThrow(RangeError))
})

describe('structs', () => {
  const codec = struct<{ a: number; b: bigint; c: number }>({ a: u8, b: be64, c: u16 })

  test('are laid out and padded as C does', () => {
    expect(codec.size).toBe(24)
    expect(codec.align).toBe(8)
    expect(hex(codec, { a: 1, b: 2n, c: 0 })).toBe('01000000000000000000000000000002000000000000'.padEnd(48, '0'))
  })

  test('with given places zero what lies between', () => {
    const at = structAt<{ a: number }>(8, 1, { a: { offset: 3, codec: u8 } })
    expect(hex(at, { a: 0xff })).toBe('000000ff00000000')
  })

  test('come back as they went', () => {
    fc.assert(
      fc.property(fc.nat(0xff), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.nat(0xffff), (a, b, c) => {
        expect(back(codec, { a, b, c })).toEqual({ a, b, c })
      }),
    )
  })
})
