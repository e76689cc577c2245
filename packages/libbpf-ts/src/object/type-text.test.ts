import { expect, test } from '@jest/globals'
import { parseBtf } from '../btf/parse.ts'
import { BtfBuilder } from '../testing/btf-builder.ts'
import { typeText } from './type-text.ts'

function textOf(build: (btf: BtfBuilder) => number): string {
  const builder = new BtfBuilder()
  const id = build(builder)
  return typeText(parseBtf(builder.bytes()), id)
}

test('integers by width and sign, whatever they are called', () => {
  expect(textOf((btf) => btf.int('unsigned long', 8))).toBe('u64')
  expect(textOf((btf) => btf.int('__s16', 2, 'signed'))).toBe('s16')
  expect(textOf((btf) => btf.int('_Bool', 1, 'bool'))).toBe('bool')
})

test('structs by names and offsets of their fields, to the bottom', () => {
  const text = textOf((btf) => {
    const u32 = btf.int('unsigned int', 4)
    const inner = btf.struct('inner', 12, [{ name: 'words', type: btf.array(u32, 3), bits: 0 }])
    return btf.struct('outer', 16, [
      { name: 'id', type: u32, bits: 0 },
      { name: 'inner', type: inner, bits: 32 },
    ])
  })
  expect(text).toBe('struct { id: u32 @0; inner: struct { words: u32[3] @0 } @4 }')
})

test('the byte order that a typedef says is part of it, other typedefs are not', () => {
  expect(textOf((btf) => btf.typedef('__be32', btf.int('unsigned int', 4)))).toBe('__be32')
  expect(textOf((btf) => btf.typedef('ipv4', btf.typedef('__be32', btf.int('unsigned int', 4))))).toBe('__be32')
  expect(textOf((btf) => btf.typedef('__u32', btf.int('unsigned int', 4)))).toBe('u32')
})

test('enums by their width, pointers as such', () => {
  expect(textOf((btf) => btf.enum32('verdict', { PASS: 0 }))).toBe('u32')
  expect(textOf((btf) => btf.pointer(0))).toBe('pointer')
})

test('what contains itself ends', () => {
  const text = textOf((btf) => {
    const id = btf.nextId
    return btf.struct('loop', 8, [{ name: 'self', type: id, bits: 0 }])
  })
  expect(text).toContain('…')
})
