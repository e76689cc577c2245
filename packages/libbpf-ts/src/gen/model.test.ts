import { describe, expect, test } from '@jest/globals'
import type { ObjectDeclarations } from '../btf/inspect.ts'
import type { MapDeclaration } from '../btf/maps.ts'
import { parseBtf } from '../btf/parse.ts'
import type { VariableDeclaration } from '../btf/variables.ts'
import { FormatError } from '../format-error.ts'
import { BtfBuilder } from '../testing/btf-builder.ts'
import { modelOf } from './model.ts'

interface Parts {
  readonly maps?: MapDeclaration[]
  readonly programs?: string[]
  readonly variables?: VariableDeclaration[]
}

function object(build: (builder: BtfBuilder) => Parts): ObjectDeclarations {
  const builder = new BtfBuilder()
  const { maps = [], programs = [], variables = [] } = build(builder)
  const btf = parseBtf(builder.bytes())
  return { btf, maps, programs: programs.map((name) => ({ name, section: 'xdp' })), variables }
}

function map(name: string, more: Partial<MapDeclaration>): MapDeclaration {
  return {
    name,
    type: 1,
    keySize: 4,
    valueSize: 4,
    maxEntries: 1,
    flags: 0,
    pinning: 0,
    private: false,
    doc: [],
    ...more,
  }
}

function variable(name: string, type: number, more: Partial<VariableDeclaration> = {}): VariableDeclaration {
  const initial = new Uint8Array(4)
  return { name, section: '.rodata', type, offset: 0, size: 4, doc: [], volatile: true, initial, ...more }
}

test('a private map is no part of the skeleton, whatever it holds', () => {
  const declarations = object((b) => {
    const either = b.struct('either', 4, [{ name: 'a', type: b.int('unsigned', 4), bits: 0 }], 'union')
    return { maps: [map('scratch', { value: either, private: true }), map('shared', {})] }
  })
  expect(modelOf(declarations, 'x.bpf.o').maps.map(({ name }) => name)).toEqual(['shared'])
})

describe('refused, all at once', () => {
  test('what maps, settings and exports hold', () => {
    const declarations = object((b) => {
      const u32 = b.int('unsigned', 4)
      const flags = b.struct('flags', 4, [{ name: 'low', type: u32, bits: 0, bitfield: 3 }])
      const either = b.struct('either', 4, [{ name: 'a', type: u32, bits: 0 }], 'union')
      return {
        maps: [map('states', { key: u32, value: flags }), map('others', { key: either, value: u32 })],
        variables: [
          variable('ratio', b.float('float', 4)),
          variable('event', b.pointer(b.pointer(0)), { section: '.export' }),
        ],
      }
    })
    const make = () => modelOf(declarations, 'x.bpf.o')
    expect(make).toThrow(FormatError)
    expect(make).toThrow(
      [
        'x.bpf.o: cannot be expressed in TypeScript:',
        '  key of map others: is a union, and nothing says which member holds; share a struct',
        '  struct flags, field low: is a bitfield; share whole bytes and mask them, or name it pad to leave it out',
        '  variable ratio: is a floating-point number, which BPF cannot compute with; share a scaled integer',
        '  .export event: is a pointer, which means nothing outside the kernel; share an id or an index',
      ].join('\n'),
    )
  })

  test('every field of a struct, and of the structs in it, once each', () => {
    const declarations = object((b) => {
      const u32 = b.int('unsigned', 4)
      const inner = b.struct('inner', 8, [
        { name: 'ratio', type: b.float('float', 4), bits: 0 },
        { name: 'fine', type: u32, bits: 32 },
      ])
      const outer = b.struct('outer', 20, [
        { name: 'low', type: u32, bits: 0, bitfield: 3 },
        { name: 'high', type: u32, bits: 3, bitfield: 29 },
        { name: 'first', type: inner, bits: 32 },
        { name: 'second', type: inner, bits: 96 },
      ])
      return { maps: [map('states', { key: u32, value: outer }), map('others', { key: u32, value: outer })] }
    })
    expect(() => modelOf(declarations, 'x.bpf.o')).toThrow(
      new RegExp(
        [
          'x.bpf.o: cannot be expressed in TypeScript:',
          '  struct outer, field low: is a bitfield; .*',
          '  struct outer, field high: is a bitfield; .*',
          '  struct inner, field ratio: is a floating-point number, .*$',
        ].join('\n'),
      ),
    )
  })

  test.each<[string, string, (b: BtfBuilder) => Parts]>([
    [
      'two types of one name',
      'struct nat_entry and enum NatEntry are both NatEntry',
      (b) => {
        const u32 = b.int('unsigned', 4)
        const struct = b.struct('nat_entry', 4, [{ name: 'a', type: u32, bits: 0 }])
        return { maps: [map('m', { key: b.enum32('NatEntry', { A: 1 }), value: struct })] }
      },
    ],
    [
      'a type called like the skeleton',
      'struct x_spec and the skeleton itself are both XSpec',
      (b) => ({
        maps: [map('m', { value: b.struct('x_spec', 4, [{ name: 'a', type: b.int('unsigned', 4), bits: 0 }]) })],
      }),
    ],
    ['two maps of one name', 'map a_b and map aB are both aB', () => ({ maps: [map('aB', {}), map('a_b', {})] })],
    ['two programs of one name', 'program a_b and program aB are both aB', () => ({ programs: ['aB', 'a_b'] })],
    [
      'a field of config and another variable',
      'a setting of mask and a setting of config are both mask',
      (b) => {
        const u32 = b.int('unsigned', 4)
        const struct = b.struct('settings', 4, [{ name: 'mask', type: u32, bits: 0 }])
        return { variables: [variable('config', struct), variable('mask', u32)] }
      },
    ],
    [
      'a name that would break out of the module',
      '"a: 1 }; process.exit(); ({" is not an identifier',
      () => ({ maps: [map('a: 1 }; process.exit(); ({', {})] }),
    ],
    ['a map without a name', '"" is not an identifier', (b) => ({ maps: [map('', { value: b.int('unsigned', 4) })] })],
  ])('%s', (_, problem, build) => expect(() => modelOf(object(build), 'x.bpf.o')).toThrow(problem))
})

describe('what is left out and what is named', () => {
  test('constants that the compiler may have folded are no settings, .data and .bss neither', () => {
    const model = modelOf(
      object((b) => {
        const u32 = b.int('unsigned', 4)
        return {
          variables: [
            variable('folded', u32, { volatile: false }),
            variable('state', u32, { section: '.bss' }),
            variable('mode', u32),
            variable('other', u32, { section: '.rodata.cold' }),
          ],
        }
      }),
      'x.bpf.o',
    )
    expect(model.config.map(({ property }) => property)).toEqual(['mode', 'other'])
  })

  test('an anonymous type takes the name of its typedef, its map or its variable', () => {
    const model = modelOf(
      object((b) => {
        const u32 = b.int('unsigned', 4)
        const anonymous = () => b.struct('', 4, [{ name: 'a', type: u32, bits: 0 }])
        return {
          maps: [map('first', { value: b.typedef('counter_t', anonymous()) }), map('second', { value: anonymous() })],
          variables: [variable('limits', b.enum32('', { MAX: 4 }), { section: '.export', volatile: false })],
        }
      }),
      'x.bpf.o',
    )
    expect(model.structs.map(({ name }) => name)).toEqual(['counter_t', 'second_value'])
    expect(model.enums.map(({ name }) => name)).toEqual(['limits'])
  })

  test('a struct that is reached twice is written once, after what it contains', () => {
    const model = modelOf(
      object((b) => {
        const u32 = b.int('unsigned', 4)
        const inner = b.struct('inner', 4, [{ name: 'a', type: u32, bits: 0 }])
        const outer = b.struct('outer', 8, [
          { name: 'one', type: inner, bits: 0 },
          { name: 'two', type: inner, bits: 32 },
        ])
        return { maps: [map('m', { key: outer, value: outer, keySize: 8, valueSize: 8 })] }
      }),
      'x.bpf.o',
    )
    expect(model.structs.map(({ name }) => name)).toEqual(['inner', 'outer'])
  })
})
