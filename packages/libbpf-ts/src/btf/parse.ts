import { Reader } from '../elf/reader.ts'
import { FormatError } from '../format-error.ts'
import { Btf } from './btf.ts'
import type { BtfLinkage, BtfType } from './types.ts'

const MAGIC = 0xeb9f
const HEADER_SIZE = 24
const LINKAGE: readonly BtfLinkage[] = ['static', 'global', 'extern']

/** What stands in front of every type: its name, the 16-bit `vlen`, the kind flag, and size or type id. */
interface Head {
  readonly id: number
  readonly name: string
  readonly vlen: number
  readonly flag: boolean
  readonly sizeOrType: number
}

interface Kind {
  /** Bytes that follow the head, per type and per element. */
  readonly extra: number
  readonly element: number
  read(head: Head, body: Reader, section: BtfReader): BtfType
}

/**
 * Reads a BTF section (or `/sys/kernel/btf/vmlinux`). Every type id in the result is in range.
 *
 * Errors: {@link FormatError}. Equivalent to `bpftool btf dump file <object>`.
 */
export function parseBtf(bytes: Uint8Array, place = 'BTF'): Btf {
  const reader = new BtfReader(bytes, place)
  const types = reader.types()
  checkReferences(types, place)
  return new Btf(types, reader.littleEndian)
}

class BtfReader {
  readonly littleEndian: boolean
  readonly place: string
  readonly #types: Reader
  readonly #strings: Reader

  constructor(bytes: Uint8Array, place: string) {
    this.place = place
    this.littleEndian = bytes[0] === (MAGIC & 0xff)
    const file = new Reader(bytes, this.littleEndian, place)
    if (file.u16(0) !== MAGIC) throw new FormatError('MALFORMED', place, 'does not begin with the BTF magic 0xeb9f')
    if (file.u8(2) !== 1) throw new FormatError('UNSUPPORTED', place, `BTF version ${file.u8(2)}, only 1 is known`)
    const header = file.u32(4)
    if (header < HEADER_SIZE)
      throw new FormatError('MALFORMED', place, `BTF header of ${header} bytes, expected ${HEADER_SIZE}`)
    this.#types = file.slice(header + file.u32(8), file.u32(12), `${place}, types`)
    this.#strings = file.slice(header + file.u32(16), file.u32(20), `${place}, strings`)
  }

  name(offset: number): string {
    return this.#strings.string(offset)
  }

  types(): BtfType[] {
    const types: BtfType[] = [{ kind: 'void', name: '' }]
    for (let at = 0; at < this.#types.bytes.byteLength;) at = this.#type(at, types)
    return types
  }

  #type(at: number, types: BtfType[]): number {
    const info = this.#types.u32(at + 4)
    const vlen = info & 0xffff
    const id = types.length
    const kind = KINDS[(info >>> 24) & 0x1f]
    if (!kind) throw new FormatError('UNSUPPORTED', `${this.place}, type ${id}`, `unknown kind ${(info >>> 24) & 0x1f}`)
    const length = kind.extra + kind.element * vlen
    const body = this.#types.slice(at + 12, length, `${this.place}, type ${id}`)
    const name = this.name(this.#types.u32(at))
    types.push(kind.read({ id, name, vlen, flag: info >>> 31 === 1, sizeOrType: this.#types.u32(at + 8) }, body, this))
    return at + 12 + length
  }
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
    read({ name, sizeOrType, vlen, flag }, body, section) {
      const members = elements(vlen, 12, (at) => {
        const offset = body.u32(at + 8)
        return {
          name: section.name(body.u32(at)),
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
  read({ name, sizeOrType, vlen, flag }, body, section) {
    const values = elements(vlen, 8, (at) => ({
      name: section.name(body.u32(at)),
      value: BigInt(flag ? body.s32(at + 4) : body.u32(at + 4)),
    }))
    return { kind: 'enum', name, size: sizeOrType, signed: flag, values }
  },
}

const enum64: Kind = {
  extra: 0,
  element: 12,
  read({ name, sizeOrType, vlen, flag }, body, section) {
    const values = elements(vlen, 12, (at) => ({
      name: section.name(body.u32(at)),
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
  read({ sizeOrType, vlen }, body, section) {
    const parameters = elements(vlen, 8, (at) => ({ name: section.name(body.u32(at)), type: body.u32(at + 4) }))
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
const KINDS: readonly (Kind | undefined)[] = [
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

function checkReferences(types: readonly BtfType[], place: string): void {
  for (const [id, type] of types.entries()) {
    for (const target of references(type)) {
      if (target < types.length) continue
      throw new FormatError(
        'MALFORMED',
        `${place}, type ${id}`,
        `refers to type ${target}, the last one is ${types.length - 1}`,
      )
    }
  }
}

function references(type: BtfType): number[] {
  if (type.kind === 'struct' || type.kind === 'union') return type.members.map((member) => member.type)
  if (type.kind === 'section') return type.variables.map((entry) => entry.type)
  if (type.kind === 'function_prototype') return [type.type, ...type.parameters.map((parameter) => parameter.type)]
  return 'type' in type ? [type.type] : []
}
