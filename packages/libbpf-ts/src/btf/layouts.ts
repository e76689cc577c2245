import { eachOrAll, FormatError } from '../format-error.ts'
import { gaps, type Extent } from '../gaps.ts'
import { describe, MAX_DEPTH, type Btf } from './btf.ts'
import { BYTE_ORDERS, type ByteOrder } from './byte-order.ts'
import type { EnumLayout, FieldLayout, Layout, StructLayout } from './layout.ts'
import { byteOffset, isPadding, unionRefused } from './member.ts'
import { camelCase } from './names.ts'
import { scalarOf } from './scalar.ts'
import { sizeOf } from './size.ts'
import { alignment, checkOrder, checkProperties } from './struct-checks.ts'
import { BYTES_TAG, docs } from './tags.ts'
import type { BtfArray, BtfEnum, BtfMember, BtfStruct, BtfType } from './types.ts'

/** Anonymous structs inside each other are expanded; without a bound, a few hundred hostile bytes expand for ever. */
const MAX_MEMBERS = 1_000_000

/**
 * How the type lies in memory. `place` names it in errors.
 *
 * Errors: {@link FormatError} `UNSUPPORTED` for what has no form in TypeScript (bitfields, unions, floats, pointers,
 * flexible arrays, 128-bit integers), naming the type, the field and why, and all of them in `others`; `MALFORMED` for hostile BTF.
 */
export function layoutOf(btf: Btf, id: number, place: string = describe(btf, id)): Layout {
  return new Layouts(btf).of(id, place)
}

/** Lays out types of one BTF; a type asked for twice is the same object. */
export class Layouts {
  readonly #btf: Btf
  readonly #structs = new Map<number, StructLayout>()
  #members = 0

  constructor(btf: Btf) {
    this.#btf = btf
  }

  /** `fallback` names the type when it is an anonymous struct or enum. */
  of(id: number, place: string = describe(this.#btf, id), fallback = ''): Layout {
    return this.#layout(id, place, 0, fallback)
  }

  #layout(id: number, place: string, depth: number, fallback: string): Layout {
    if (depth > MAX_DEPTH) throw new FormatError('MALFORMED', place, `nests deeper than ${MAX_DEPTH} types`)
    const { order, typedef, last } = this.#walk(id, place)
    const name = last.type.name || typedef || fallback
    switch (last.type.kind) {
      case 'array':
        return this.#array(last.type, order, place, depth, fallback)
      case 'struct':
        return this.#struct(last.id, last.type, name, depth)
      case 'enum':
        return this.#enum(last.id, last.type, name, place)
      default:
        return scalarOf(last.type, order, this.#btf.littleEndian, place)
    }
  }

  #walk(
    id: number,
    place: string,
  ): { order: ByteOrder | undefined; typedef: string; last: { id: number; type: BtfType } } {
    let order: ByteOrder | undefined
    let typedef = ''
    let last = { id, type: this.#btf.type(id) }
    for (const link of this.#btf.chain(id)) {
      last = link
      if (link.type.kind !== 'typedef') continue
      order ??= BYTE_ORDERS.get(link.type.name)
      typedef ||= link.type.name
    }
    if (order && last.type.kind !== 'int')
      throw new FormatError('MALFORMED', place, `${typedef} names a ${last.type.kind}, not an integer`)
    return { order, typedef, last }
  }

  #array(type: BtfArray, order: ByteOrder | undefined, place: string, depth: number, fallback: string): Layout {
    if (type.length === 0)
      throw new FormatError(
        'UNSUPPORTED',
        place,
        'is a flexible array, whose length BTF does not tell; give it a length',
      )
    const element = this.#layout(type.type, `${place}[]`, depth + 1, fallback)
    const size = sizeOf(this.#btf, type.type) * type.length
    if (element.kind === 'scalar' && order === undefined) {
      if (element.scalar === 'char') return { kind: 'chars', size, align: 1 }
      if (element.scalar === 'u8') return { kind: 'bytes', size, align: 1 }
    }
    return { kind: 'array', element, length: type.length, size: element.size * type.length, align: element.align }
  }

  #enum(id: number, type: BtfEnum, name: string, place: string): EnumLayout {
    const integer = {
      kind: 'int',
      name: 'enum',
      size: type.size,
      signed: type.signed,
      bool: false,
      bits: type.size * 8,
      bitOffset: 0,
    } as const
    const { scalar, size, align, littleEndian } = scalarOf(integer, undefined, this.#btf.littleEndian, place)
    return { kind: 'enum', name, id, scalar, size, align, littleEndian, values: type.values }
  }

  #struct(id: number, type: BtfStruct, name: string, depth: number): StructLayout {
    const known = this.#structs.get(id)
    if (known) return known
    const place = name ? `struct ${name}` : `anonymous struct (BTF type ${id})`
    const fields = this.#fields(id, type, 0, place, name, depth)
    checkOrder(fields, type.size, place)
    checkProperties(fields, place)
    if (type.size === 0) throw new FormatError('UNSUPPORTED', place, 'has no bytes')
    const layout: StructLayout = {
      kind: 'struct',
      name,
      id,
      size: type.size,
      align: alignment(fields, type.size),
      fields,
      padding: gaps(type.size, extents(fields)),
      doc: docs(this.#btf.tags(id)),
    }
    this.#structs.set(id, layout)
    return layout
  }

  #fields(id: number, type: BtfStruct, base: number, place: string, name: string, depth: number): FieldLayout[] {
    this.#members += type.members.length
    if (this.#members > MAX_MEMBERS)
      throw new FormatError('MALFORMED', place, `has more than ${MAX_MEMBERS} members in all`)
    const fields = eachOrAll(type.members, (member, index): FieldLayout[] => {
      const at = `${place}, field ${member.name || `#${index + 1}`}`
      const tags = this.#btf.tags(id, index)
      const offset = base + byteOffset(member, at)
      const target = this.#btf.resolve(member.type)
      if (isPadding(member, target.type)) return []
      if (tags.includes(BYTES_TAG)) return [this.#opaque(member, offset, docs(tags))]
      if (target.type.kind === 'union') throw unionRefused(at)
      if (member.name === '' && target.type.kind === 'struct')
        return this.#embedded(target.id, target.type, offset, at, name, depth)
      const layout = this.#layout(member.type, at, depth + 1, `${name}_${member.name}`)
      return [{ name: member.name, property: camelCase(member.name), offset, layout, doc: docs(tags) }]
    })
    return fields.flat()
  }

  /** An anonymous struct's members read as members of the struct around it, as in C. */
  #embedded(id: number, type: BtfStruct, offset: number, at: string, name: string, depth: number): FieldLayout[] {
    if (depth > MAX_DEPTH) throw new FormatError('MALFORMED', at, `nests deeper than ${MAX_DEPTH} types`)
    return this.#fields(id, type, offset, at, name, depth + 1)
  }

  #opaque(member: BtfMember, offset: number, doc: readonly string[]): FieldLayout {
    const layout = { kind: 'bytes', size: sizeOf(this.#btf, member.type), align: 1 } as const
    return { name: member.name, property: camelCase(member.name), offset, layout, doc }
  }
}

function extents(fields: readonly FieldLayout[]): Extent[] {
  return fields.map(({ offset, layout }) => ({ offset, size: layout.size }))
}
