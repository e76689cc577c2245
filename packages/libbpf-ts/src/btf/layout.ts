import { FormatError } from '../format-error.ts'
import { MAX_DEPTH, type Btf } from './btf.ts'
import { BYTE_ORDERS, type ByteOrder } from './byte-order.ts'
import { camelCase } from './names.ts'
import { scalarOf, type ScalarName } from './scalar.ts'
import { sizeOf } from './size.ts'
import type { BtfArray, BtfEnum, BtfMember, BtfStruct, BtfType } from './types.ts'

/** How one C type lies in memory and what it becomes in TypeScript. Sizes, offsets and alignments are in bytes. */
export type Layout = ScalarLayout | EnumLayout | BytesLayout | CharsLayout | ArrayLayout | StructLayout

export interface ScalarLayout {
  readonly kind: 'scalar'
  readonly scalar: ScalarName
  readonly size: number
  readonly align: number
  readonly littleEndian: boolean
  /** Its typedef fixes the byte order (`__be32`); the others have the host's. */
  readonly fixedOrder: boolean
}

export interface EnumLayout {
  readonly kind: 'enum'
  /** Of the enum, or of the typedef that names an anonymous one. */
  readonly name: string
  readonly id: number
  readonly scalar: ScalarName
  readonly size: number
  readonly align: number
  readonly littleEndian: boolean
  readonly values: BtfEnum['values']
}

/** `__u8 x[N]`, or a field tagged `bytes`. */
export interface BytesLayout {
  readonly kind: 'bytes'
  readonly size: number
  readonly align: number
}

/** `char x[N]`: a string that ends at the first NUL. */
export interface CharsLayout {
  readonly kind: 'chars'
  readonly size: number
  readonly align: number
}

export interface ArrayLayout {
  readonly kind: 'array'
  readonly element: Layout
  readonly length: number
  readonly size: number
  readonly align: number
}

export interface StructLayout {
  readonly kind: 'struct'
  /** Of the struct, or of the typedef or field that names an anonymous one. */
  readonly name: string
  readonly id: number
  readonly size: number
  readonly align: number
  readonly fields: readonly FieldLayout[]
  /** Bytes that belong to no field: explicit and implicit padding, always written as zero. */
  readonly padding: readonly Gap[]
  readonly doc: readonly string[]
}

export interface FieldLayout {
  /** As C spells it. */
  readonly name: string
  /** As TypeScript does. */
  readonly property: string
  readonly offset: number
  readonly layout: Layout
  readonly doc: readonly string[]
}

export interface Gap {
  readonly offset: number
  readonly size: number
}

/** Structs that the kernel keeps for itself inside a map value; user space sees zeros and writes nothing. */
const KERNEL_OWNED = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_refcount',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
])

/** Anonymous structs inside each other are expanded; without a bound, a few hundred hostile bytes expand for ever. */
const MAX_MEMBERS = 1_000_000

const PADDING_NAME = /^(?:pad(?:ding)?\d*|_+pad\w*)$/
const DOC_TAG = 'doc:'
const BYTES_TAG = 'bytes'

/**
 * How the type lies in memory. `place` names it in errors.
 *
 * Errors: {@link FormatError} `UNSUPPORTED` for what has no form in TypeScript (bitfields, unions, floats, pointers,
 * flexible arrays, 128-bit integers), naming the type, the field and why; `MALFORMED` for hostile BTF.
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
      padding: gaps(fields, type.size),
      doc: docs(this.#btf.tags(id)),
    }
    this.#structs.set(id, layout)
    return layout
  }

  #fields(id: number, type: BtfStruct, base: number, place: string, name: string, depth: number): FieldLayout[] {
    this.#members += type.members.length
    if (this.#members > MAX_MEMBERS)
      throw new FormatError('MALFORMED', place, `has more than ${MAX_MEMBERS} members in all`)
    return type.members.flatMap((member, index) => {
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

/** What a type is called in messages: `struct service`, `__u32`, `enum (BTF type 7)`. */
export function describe(btf: Btf, id: number): string {
  const type = btf.type(id)
  const name = type.name || `(BTF type ${id})`
  return type.kind === 'struct' || type.kind === 'union' || type.kind === 'enum' ? `${type.kind} ${name}` : name
}

function isPadding(member: BtfMember, type: BtfType): boolean {
  if (PADDING_NAME.test(member.name)) return true
  if (member.name === '' && member.bitfieldBits > 0) return true
  return type.kind === 'struct' && KERNEL_OWNED.has(type.name)
}

function byteOffset(member: BtfMember, at: string): number {
  const isBitfield = member.bitfieldBits > 0 || member.bitOffset % 8 !== 0
  if (!isBitfield) return member.bitOffset / 8
  if (PADDING_NAME.test(member.name) || member.name === '') return Math.floor(member.bitOffset / 8)
  throw new FormatError(
    'UNSUPPORTED',
    at,
    'is a bitfield; share whole bytes and mask them, or name it pad to leave it out',
  )
}

function unionRefused(at: string): FormatError {
  return new FormatError(
    'UNSUPPORTED',
    at,
    'is a union, and nothing says which member holds; share a struct, or name it and tag it __attribute__((btf_decl_tag("bytes"))) to read it as bytes',
  )
}

function checkOrder(fields: readonly FieldLayout[], size: number, place: string): void {
  let end = 0
  for (const field of fields) {
    if (field.offset < end)
      throw new FormatError('MALFORMED', `${place}, field ${field.name}`, 'overlaps the field before it')
    end = field.offset + field.layout.size
    if (end > size)
      throw new FormatError('MALFORMED', `${place}, field ${field.name}`, `ends at byte ${end} of ${size}`)
  }
}

function checkProperties(fields: readonly FieldLayout[], place: string): void {
  const seen = new Map<string, string>()
  for (const { name, property } of fields) {
    const other = seen.get(property)
    if (other !== undefined)
      throw new FormatError(
        'UNSUPPORTED',
        `${place}, field ${name}`,
        `is ${property} in TypeScript, and so is field ${other}; rename one`,
      )
    seen.set(property, name)
  }
}

/** BTF does not tell alignment; a field where it could not stand in C means a packed struct. */
function alignment(fields: readonly FieldLayout[], size: number): number {
  const align = Math.max(1, ...fields.map((field) => field.layout.align))
  const packed = size % align !== 0 || fields.some((field) => field.offset % field.layout.align !== 0)
  return packed ? 1 : align
}

function gaps(fields: readonly FieldLayout[], size: number): Gap[] {
  const ends = [0, ...fields.map((field) => field.offset + field.layout.size)]
  const starts = [...fields.map((field) => field.offset), size]
  return ends.map((end, index) => ({ offset: end, size: (starts[index] ?? end) - end })).filter((gap) => gap.size > 0)
}

/** The texts of `doc:` tags. */
export function docs(tags: readonly string[]): string[] {
  return tags.filter((tag) => tag.startsWith(DOC_TAG)).map((tag) => tag.slice(DOC_TAG.length).trim())
}
