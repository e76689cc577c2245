import { describe, expect, test } from '@jest/globals'
import { BtfBuilder } from '../testing/btf-builder.ts'
import { parseBtf } from './parse.ts'
import { sizeOf } from './size.ts'

function sizeOfLast(build: (builder: BtfBuilder) => number): number {
  const builder = new BtfBuilder()
  const id = build(builder)
  return sizeOf(parseBtf(builder.bytes()), id)
}

describe('sizeof', () => {
  test.each<[string, number, (b: BtfBuilder) => number]>([
    ['an integer', 2, (b) => b.int('short', 2)],
    ['a pointer, whatever it points to', 8, (b) => b.pointer(0)],
    ['an array of arrays', 24, (b) => b.array(b.array(b.int('u32', 4), 3), 2)],
    ['a qualified typedef', 4, (b) => b.const(b.volatile(b.typedef('u32', b.int('int', 4))))],
    ['a struct', 12, (b) => b.struct('s', 12, [])],
    ['an enum', 1, (b) => b.enum32('e', { A: 1 }, false, 1)],
    ['a variable', 4, (b) => b.variable('v', b.int('int', 4))],
  ])('%s', (_, size, build) => expect(sizeOfLast(build)).toBe(size))

  test.each<[string, RegExp, (b: BtfBuilder) => number]>([
    ['void', /is a void, which has no size/, () => 0],
    ['a function prototype', /is a function prototype/, (b) => b.raw(13, '', 0)],
    [
      'an array that is larger than memory',
      /more than BPF can address/,
      (b) => b.array(b.array(b.int('u64', 8), 1 << 20), 1 << 20),
    ],
    ['a typedef of itself', /endless chain/, (b) => b.typedef('loop', b.nextId)],
    ['an array of itself', /nests arrays deeper/, (b) => b.array(b.nextId, 1)],
    ['two typedefs of each other', /endless chain/, (b) => b.typedef('b', b.typedef('a', b.nextId + 1))],
  ])('%s has none', (_, problem, build) => expect(() => sizeOfLast(build)).toThrow(problem))
})
