import { describe, expect, test } from '@jest/globals'
import { BtfBuilder, type Member } from '../testing/btf-builder.ts'
import { testObject } from '../testing/objects.ts'
import { inspectObject } from './inspect.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layouts.ts'
import { parseBtf } from './parse.ts'

function layout(build: (builder: BtfBuilder) => number): Layout {
  const builder = new BtfBuilder()
  const id = build(builder)
  return layoutOf(parseBtf(builder.bytes()), id)
}

function structOf(builder: BtfBuilder, size: number, ...members: Member[]): number {
  return builder.struct('thing', size, members)
}

describe('byte order comes from the typedef names', () => {
  test.each([
    ['__be16', 2, 'big'],
    ['__be32', 4, 'big'],
    ['__be64', 8, 'big'],
    ['__le16', 2, 'little'],
    ['__le32', 4, 'little'],
    ['__le64', 8, 'little'],
  ])('%s', (name, size, order) => {
    const made = layout((b) => b.typedef(name, b.typedef('inner', b.int('unsigned', size))))
    expect(made).toMatchObject({ kind: 'scalar', size, littleEndian: order === 'little', fixedOrder: true })
  })

  test('of a typedef of such a typedef, and of arrays of it', () => {
    const made = layout((b) =>
      b.typedef('addresses', b.array(b.const(b.typedef('address', b.typedef('__be32', b.int('unsigned', 4)))), 4)),
    )
    expect(made).toMatchObject({ kind: 'array', length: 4, element: { scalar: 'u32', littleEndian: false } })
  })

  test('and only from these', () => {
    expect(layout((b) => b.typedef('__u32', b.int('unsigned', 4)))).toMatchObject({
      littleEndian: true,
      fixedOrder: false,
    })
  })

  test('a struct that calls itself __be32 is refused', () => {
    expect(() => layout((b) => b.typedef('__be32', structOf(b, 4)))).toThrow('names a struct, not an integer')
  })
})

describe('structs', () => {
  test('padding is what no field covers: holes, tails and fields called pad', () => {
    const made = layout((b) => {
      const u8 = b.int('unsigned char', 1)
      const u32 = b.int('unsigned', 4)
      return structOf(
        b,
        16,
        { name: 'a', type: u8, bits: 0 },
        { name: 'b', type: u32, bits: 32 },
        { name: 'pad', type: u8, bits: 64 },
        { name: '__pad2', type: u8, bits: 72 },
        { name: 'padlock', type: u8, bits: 80 },
      )
    })
    expect(made).toMatchObject({
      size: 16,
      align: 4,
      fields: [{ name: 'a' }, { name: 'b' }, { name: 'padlock' }],
      padding: [
        { offset: 1, size: 3 },
        { offset: 8, size: 2 },
        { offset: 11, size: 5 },
      ],
    })
  })

  test('bitfields without a name, or called pad, are padding', () => {
    const made = layout((b) => {
      const u32 = b.int('unsigned', 4)
      const unnamed = { name: '', type: u32, bits: 0, bitfield: 20 }
      return structOf(
        b,
        8,
        unnamed,
        { name: 'pad', type: u32, bits: 20, bitfield: 12 },
        { name: 'a', type: u32, bits: 32 },
      )
    })
    expect(made).toMatchObject({ fields: [{ name: 'a', offset: 4 }], padding: [{ offset: 0, size: 4 }] })
  })

  test('a packed struct has alignment 1', () => {
    const made = layout((b) => {
      const u8 = b.int('unsigned char', 1)
      return structOf(b, 5, { name: 'a', type: u8, bits: 0 }, { name: 'b', type: b.int('unsigned', 4), bits: 8 })
    })
    expect(made).toMatchObject({ align: 1, padding: [] })
  })

  test('members of an anonymous struct are members of the struct around it', () => {
    const made = layout((b) => {
      const u32 = b.int('unsigned', 4)
      const inner = b.struct('', 8, [
        { name: 'x', type: u32, bits: 0 },
        { name: 'y', type: u32, bits: 32 },
      ])
      return structOf(b, 12, { name: 'a', type: u32, bits: 0 }, { name: '', type: inner, bits: 32 })
    })
    expect(made).toMatchObject({
      fields: [
        { name: 'a', offset: 0 },
        { name: 'x', offset: 4 },
        { name: 'y', offset: 8 },
      ],
    })
  })

  test('what the kernel keeps for itself is left out', () => {
    const made = layout((b) => {
      const u32 = b.int('unsigned', 4)
      const lock = b.struct('bpf_spin_lock', 4, [{ name: 'val', type: u32, bits: 0 }])
      return structOf(b, 8, { name: 'lock', type: lock, bits: 0 }, { name: 'a', type: u32, bits: 32 })
    })
    expect(made).toMatchObject({ fields: [{ name: 'a' }], padding: [{ offset: 0, size: 4 }] })
  })

  test('a doc tag is the comment of its field, a bytes tag makes anything opaque', () => {
    const made = layout((b) => {
      const u32 = b.int('unsigned', 4)
      const union = b.struct('', 4, [{ name: 'x', type: u32, bits: 0 }], 'union')
      const id = structOf(b, 8, { name: 'a', type: u32, bits: 0 }, { name: 'u', type: union, bits: 32 })
      b.declTag('doc: In milliseconds. ', id, 0)
      b.declTag('bytes', id, 1)
      b.declTag('doc:The whole.', id)
      return id
    })
    expect(made).toMatchObject({
      doc: ['The whole.'],
      fields: [{ doc: ['In milliseconds.'] }, { layout: { kind: 'bytes', size: 4 } }],
    })
  })
})

describe('what has no form in TypeScript is refused with type, field and reason', () => {
  const field =
    (type: (b: BtfBuilder) => number, more: Partial<Member> = {}) =>
    (b: BtfBuilder) =>
      structOf(b, 64, { name: 'field', type: type(b), bits: 0, ...more })
  const u32 = (b: BtfBuilder) => b.int('unsigned', 4)

  test.each<[string, RegExp, (b: BtfBuilder) => number]>([
    ['a bitfield', /^struct thing, field field: is a bitfield/, field(u32, { bitfield: 3 })],
    [
      'a bitfield in the old encoding',
      /field field: is a bitfield of 3 bits/,
      field((b) => b.int('unsigned', 4, '', 3)),
    ],
    ['a union', /field field: is a union/, field((b) => b.struct('either', 4, [], 'union'))],
    ['an anonymous union', /field #1: is a union/, field((b) => b.struct('', 4, [], 'union'), { name: '' })],
    ['a float', /field field: is a floating-point number/, field((b) => b.float('double', 8))],
    ['a pointer', /field field: is a pointer/, field((b) => b.pointer(0))],
    ['a flexible array', /field field: is a flexible array/, field((b) => b.array(u32(b), 0))],
    ['a wide integer', /field field: is an integer of 16 bytes/, field((b) => b.int('__int128', 16))],
    ['a forward declaration', /field field: is declared but not defined/, field((b) => b.raw(7, 'hidden', 0))],
    ['an empty struct', /has no bytes/, (b) => b.struct('empty', 0, [])],
    [
      'two fields of one name',
      /field both_names: is bothNames in TypeScript, and so is field bothNames/,
      (b) =>
        structOf(b, 8, { name: 'bothNames', type: u32(b), bits: 0 }, { name: 'both_names', type: u32(b), bits: 32 }),
    ],
  ])('%s', (_, problem, build) => expect(() => layout(build)).toThrow(problem))

  test.each<[string, RegExp, (b: BtfBuilder) => number]>([
    ['a struct in itself', /nests deeper than 64/, (b) => structOf(b, 8, { name: 'self', type: b.nextId, bits: 0 })],
    ['an array of itself', /nests/, (b) => b.array(b.nextId, 1)],
    [
      'fields over each other',
      /overlaps/,
      (b) => structOf(b, 8, { name: 'a', type: u32(b), bits: 0 }, { name: 'b', type: u32(b), bits: 8 }),
    ],
    ['a field beyond the end', /ends at byte 8 of 6/, (b) => structOf(b, 6, { name: 'a', type: u32(b), bits: 32 })],
    [
      'anonymous structs that double at every level',
      /members in all|nests deeper/,
      (b) => {
        let id = b.struct('', 1, [])
        for (let level = 0; level < 60; level++)
          id = b.struct('', 1, [
            { name: '', type: id, bits: 0 },
            { name: '', type: id, bits: 0 },
          ])
        return id
      },
    ],
  ])('hostile: %s', (_, problem, build) => expect(() => layout(build)).toThrow(problem))
})

test('the test object: offsets are those that the compiler chose', () => {
  const { btf } = inspectObject(testObject('gen.bpf.o'))
  const made = layoutOf(btf, btf.find('struct', 'sample') ?? 0)
  expect(made).toMatchObject({ kind: 'struct', size: 312, align: 8 })
  if (made.kind !== 'struct') throw new Error('not a struct')
  const covered = [...made.fields.map(({ layout: { size } }) => size), ...made.padding.map(({ size }) => size)]
  expect(covered.reduce((sum, size) => sum + size, 0)).toBe(312)
})
