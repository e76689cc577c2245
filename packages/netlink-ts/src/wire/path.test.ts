import { expect, test } from '@jest/globals'
import { string, u16, u32 } from './codecs.ts'
import { Encoder } from './encoder.ts'
import { list, nested } from './nests.ts'
import { attributeAt } from './path.ts'
import { AttributeTable } from './table.ts'

interface Inner {
  id?: number
  names?: string[]
}
interface Outer {
  mtu?: number
  inner?: Inner
}

const inner = new AttributeTable<Inner>({
  id: [1, 'INNER_ID', u16],
  names: [2, 'INNER_NAMES', list(7, 'NAME', string)],
})
const header = { size: 4, write: (to: Encoder) => void to.u32(0xffffffff) }
const outer = new AttributeTable<Outer>({
  mtu: [4, 'OUTER_MTU', u32],
  inner: [5, 'OUTER_INNER', nested(inner, header)],
})

const start = 12
const encoder = new Encoder()
encoder.zeros(start)
outer.encode(encoder, { mtu: 1500, inner: { id: 5, names: ['a', 'b'] } })
const request = encoder.bytes

// 12: MTU (8) · 20: INNER (4) · 24: its header (4) · 28: ID (8) · 36: NAMES (4) · 40: first (8) · 48: second (8)
test.each([
  [12, 'OUTER_MTU'],
  [20, 'OUTER_INNER'],
  [28, 'OUTER_INNER.INNER_ID'],
  [36, 'OUTER_INNER.INNER_NAMES'],
  [48, 'OUTER_INNER.INNER_NAMES.NAME'],
  [50, 'OUTER_INNER.INNER_NAMES.NAME'],
  [25, 'OUTER_INNER'],
])('offset %i is %s', (offset, path) => {
  expect(attributeAt(request, start, outer, offset)?.path).toBe(path)
})

test('before and after the attributes there is none', () => {
  expect(attributeAt(request, start, outer, 4)).toBeUndefined()
  expect(attributeAt(request, start, outer, request.length)).toBeUndefined()
})

test('a nest tells what may lie in it', () => {
  expect(attributeAt(request, start, outer, 20)?.tables.map((table) => table.nameOf(1))).toEqual(['INNER_ID'])
})
