import type { Reader } from '../elf/reader.ts'
import { FormatError } from '../format-error.ts'
import type { BtfLinkage, BtfType } from './types.ts'

const LINKAGE: readonly BtfLinkage[] = ['static', 'global', 'extern']

/** Where names are looked up. */
export interface Strings {
  name(offset: number): string
}

/** What stands in front of every type: its name, the 16-bit `vlen`, the kind flag, and size or type id. */
export interface Head {
  readonly id: number
  readonly name: string
  readonly vlen: number
  readonly flag: boolean
  readonly sizeOrType: number
}

/** How one kind of type is encoded behind its head. */
export interface Kind {
  /** Bytes that follow the head, per type and per element. */
  readonly extra: number
  readonly element: number
  read(head: Head, body: Reader, strings: Strings): BtfType
}

function elements<T>(count: number, size: number, read: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => read(index * size))
}

function linkage(value: number, body: Reader): BtfLinkage {
  const known = LINKAGE[value]
  if (!known) throw new FormatError('MALFORMED', body.place, `linkage ${value}, expected 0, 1 or 2`)
  return known
}

const int: Kind = {
  extra: 4,
  element: 0,
  read({ name, sizeOrType }, body) {
    const info = body.u32(0)
    const encoding = (info >>> 24) & 0xf
    return {
      kind: 'int',
      name,
      size: sizeOrType,
      signed: (encoding & 1) !== 0,
      bool: (encoding & 4) !== 0,
      bits: info & 0xff,
      bitOffset: (info >>> 16) & 0xff,
    }
  },
}

const array: Kind = {
  extra: 12,
  element: 0,
  read: (_, body) => ({ kind: 'array', name: '', type: body.u32(0), length: body.u32(8) }),
}

function composite(kind: 'struct' | 'union'): Kind {
  return {
    extra: 0,
    element: 12,
    read({ name, sizeOrType, vlen, flag }, body, strings) {
      const members = elements(vlen, 12, (at) => {
        const offset = body.u32(at + 8)
        return {
          name: strings.name(body.u32(at)),
          type: body.u32(at + 4),
          bitOffset: flag ? offset & 0xffffff : offset,
          bitfieldBits: flag ? offset >>> 24 : 0,
        }
      })
      return { kind, name, size: sizeOrType, members }
    },
  }
}

const enum32: Kind = {
  extra: 0,
  element: 8,
  read({ name, sizeOrType, vlen, flag }, body, strings) {
    const values = elements(vlen, 8, (at) => ({
      name: strings.name(body.u32(at)),
      value: BigInt(flag ? body.s32(at + 4) : body.u32(at + 4)),
    }))
    return { kind: 'enum', name, size: sizeOrType, signed: flag, values }
  },
}

const enum64: Kind = {
  extra: 0,
  element: 12,
  read({ name, sizeOrType, vlen, flag }, body, strings) {
    const values = elements(vlen, 12, (at) => ({
      name: strings.name(body.u32(at)),
      value: wide((BigInt(body.u32(at + 8)) << 32n) | BigInt(body.u32(at + 4)), flag),
    }))
    return { kind: 'enum', name, size: sizeOrType, signed: flag, values }
  },
}

function wide(value: bigint, signed: boolean): bigint {
  return signed ? BigInt.asIntN(64, value) : value
}

function reference(kind: 'pointer' | 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag'): Kind {
  return { extra: 0, element: 0, read: ({ name, sizeOrType }) => ({ kind, name, type: sizeOrType }) }
}

const forward: Kind = { extra: 0, element: 0, read: ({ name, flag }) => ({ kind: 'forward', name, union: flag }) }

const func: Kind = {
  extra: 0,
  element: 0,
  read: ({ name, sizeOrType, vlen }, body) => ({
    kind: 'function',
    name,
    type: sizeOrType,
    linkage: linkage(vlen, body),
  }),
}

const prototype: Kind = {
  extra: 0,
  element: 8,
  read({ sizeOrType, vlen }, body, strings) {
    const parameters = elements(vlen, 8, (at) => ({ name: strings.name(body.u32(at)), type: body.u32(at + 4) }))
    return { kind: 'function_prototype', name: '', type: sizeOrType, parameters }
  },
}

const variable: Kind = {
  extra: 4,
  element: 0,
  read: ({ name, sizeOrType }, body) => ({
    kind: 'variable',
    name,
    type: sizeOrType,
    linkage: linkage(body.u32(0), body),
  }),
}

const section: Kind = {
  extra: 0,
  element: 12,
  read({ name, sizeOrType, vlen }, body) {
    const variables = elements(vlen, 12, (at) => ({
      type: body.u32(at),
      offset: body.u32(at + 4),
      size: body.u32(at + 8),
    }))
    return { kind: 'section', name, size: sizeOrType, variables }
  },
}

const float: Kind = {
  extra: 0,
  element: 0,
  read: ({ name, sizeOrType }) => ({ kind: 'float', name, size: sizeOrType }),
}

const declTag: Kind = {
  extra: 4,
  element: 0,
  read: ({ name, sizeOrType }, body) => ({ kind: 'decl_tag', name, type: sizeOrType, component: body.s32(0) }),
}

/** By kind number; 0 (void) never stands in the section. A function's vlen is its linkage, so it has no elements. */
export const KINDS: readonly (Kind | undefined)[] = [
  undefined,
  int,
  reference('pointer'),
  array,
  composite('struct'),
  composite('union'),
  enum32,
  forward,
  reference('typedef'),
  reference('volatile'),
  reference('const'),
  reference('restrict'),
  func,
  prototype,
  variable,
  section,
  float,
  declTag,
  reference('type_tag'),
  enum64,
]
