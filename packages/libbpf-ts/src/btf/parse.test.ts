import { describe, expect, test } from '@jest/globals'
import { FormatError } from '../format-error.ts'
import { BtfBuilder } from '../testing/btf-builder.ts'
import { parseBtf } from './parse.ts'

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('%s BTF', (_, littleEndian) => {
  test('every kind of the kernel documentation is read', () => {
    const builder = new BtfBuilder(littleEndian)
    const int = builder.int('int', 4, 'signed')
    builder.pointer(int)
    builder.array(int, 7)
    builder.struct('pair', 8, [
      { name: 'a', type: int, bits: 0 },
      { name: 'b', type: int, bits: 32 },
    ])
    builder.struct('either', 4, [{ name: 'a', type: int, bits: 0 }], 'union')
    builder.enum32('color', { RED: 0, BLUE: -1 }, true)
    builder.raw(7, 'hidden', 0, [], 0, true)
    const typedef = builder.typedef('int_t', int)
    builder.volatile(int)
    builder.const(int)
    builder.raw(11, '', int)
    const prototype = builder.raw(13, '', int, [builder.string('ctx'), int], 1)
    builder.raw(12, 'program', prototype, [], 1)
    const variable = builder.variable('counter', int, 0)
    builder.section('.data', [variable])
    builder.float('double', 8)
    builder.declTag('doc:hello', typedef)
    builder.typeTag('user', int)
    builder.enum64('wide', { BIG: 0x1_0000_0000n, NEGATIVE: -2n }, true)

    const btf = parseBtf(builder.bytes())

    expect(btf.littleEndian).toBe(littleEndian)
    expect(btf.types).toEqual([
      { kind: 'void', name: '' },
      { kind: 'int', name: 'int', size: 4, signed: true, bool: false, bits: 32, bitOffset: 0 },
      { kind: 'pointer', name: '', type: 1 },
      { kind: 'array', name: '', type: 1, length: 7 },
      {
        kind: 'struct',
        name: 'pair',
        size: 8,
        members: [
          { name: 'a', type: 1, bitOffset: 0, bitfieldBits: 0 },
          { name: 'b', type: 1, bitOffset: 32, bitfieldBits: 0 },
        ],
      },
      { kind: 'union', name: 'either', size: 4, members: [{ name: 'a', type: 1, bitOffset: 0, bitfieldBits: 0 }] },
      {
        kind: 'enum',
        name: 'color',
        size: 4,
        signed: true,
        values: [
          { name: 'RED', value: 0n },
          { name: 'BLUE', value: -1n },
        ],
      },
      { kind: 'forward', name: 'hidden', union: true },
      { kind: 'typedef', name: 'int_t', type: 1 },
      { kind: 'volatile', name: '', type: 1 },
      { kind: 'const', name: '', type: 1 },
      { kind: 'restrict', name: '', type: 1 },
      { kind: 'function_prototype', name: '', type: 1, parameters: [{ name: 'ctx', type: 1 }] },
      { kind: 'function', name: 'program', type: 12, linkage: 'global' },
      { kind: 'variable', name: 'counter', type: 1, linkage: 'static' },
      { kind: 'section', name: '.data', size: 0, variables: [{ type: 14, offset: 0, size: 0 }] },
      { kind: 'float', name: 'double', size: 8 },
      { kind: 'decl_tag', name: 'doc:hello', type: 8, component: -1 },
      { kind: 'type_tag', name: 'user', type: 1 },
      {
        kind: 'enum',
        name: 'wide',
        size: 8,
        signed: true,
        values: [
          { name: 'BIG', value: 0x1_0000_0000n },
          { name: 'NEGATIVE', value: -2n },
        ],
      },
    ])
  })
})

test('bitfields are told from members', () => {
  const builder = new BtfBuilder()
  const int = builder.int('int', 4)
  builder.struct('flags', 4, [
    { name: 'low', type: int, bits: 0, bitfield: 3 },
    { name: 'high', type: int, bits: 3, bitfield: 5 },
  ])
  expect(parseBtf(builder.bytes()).type(2)).toMatchObject({
    members: [
      { bitOffset: 0, bitfieldBits: 3 },
      { bitOffset: 3, bitfieldBits: 5 },
    ],
  })
})

describe('refused with its place', () => {
  function bytes(build: (builder: BtfBuilder) => void): Uint8Array {
    const builder = new BtfBuilder()
    build(builder)
    return builder.bytes()
  }

  function patched(at: number, value: number): Uint8Array {
    const copy = bytes((builder) => builder.int('int', 4))
    copy[at] = value
    return copy
  }

  test.each([
    ['nothing', new Uint8Array(0), 'TRUNCATED', 'x.o: needs 2 bytes'],
    ['another magic', Uint8Array.of(1, 2, 3, 4), 'MALFORMED', 'magic 0xeb9f'],
    ['a version to come', patched(2, 9), 'UNSUPPORTED', 'BTF version 9'],
    ['a short header', patched(4, 8), 'MALFORMED', 'BTF header of 8 bytes'],
    ['types beyond the end', patched(12, 0xff), 'TRUNCATED', 'x.o'],
    ['strings beyond the end', patched(20, 0xff), 'TRUNCATED', 'x.o'],
    ['an unknown kind', bytes((b) => b.raw(25, '', 0)), 'UNSUPPORTED', 'x.o, type 1: unknown kind 25'],
    ['kind 0', bytes((b) => b.raw(0, '', 0)), 'UNSUPPORTED', 'unknown kind 0'],
    [
      'a type that is not there',
      bytes((b) => b.pointer(9)),
      'MALFORMED',
      'x.o, type 1: refers to type 9, the last one is 1',
    ],
    ['a member without type', bytes((b) => b.struct('s', 4, [{ name: 'a', type: 5, bits: 0 }])), 'MALFORMED', 'type 1'],
    ['more members than bytes', bytes((b) => b.raw(4, 's', 4, [], 3)), 'TRUNCATED', 'type 1'],
    ['an unknown linkage', bytes((b) => b.variable('v', 0, 7)), 'MALFORMED', 'linkage 7'],
  ])('%s', (_, input, code, problem) => {
    const read = () => parseBtf(input, 'x.o')
    expect(read).toThrow(FormatError)
    expect(read).toThrow(expect.objectContaining({ code, message: expect.stringContaining(problem) }))
  })
})
