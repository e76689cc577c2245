import { type BtfValue, type Codec, codecFor, type Layout, layoutOf, parseBtf, type StructLayout } from 'libbpf-ts'
import { SockLbError } from '../error.ts'

/** Makes the bytes of one layout those of another. */
export type Reshape = (bytes: Uint8Array) => Uint8Array

/** A type, by the BTF that it is described in. */
export interface Type {
  readonly btf: Uint8Array
  readonly id: number
}

/**
 * How values of one type become those of another: each field goes to that of its name, one that is new begins with zero, one
 * that is gone is left. `undefined`: nothing has to be done. Pure. Errors: LAYOUT, where a field has become another thing.
 */
export function reshaping(what: string, from: Type, to: Type): Reshape | undefined {
  const [a, b] = [open(from), open(to)]
  if (same(a.layout, b.layout)) return undefined
  const zero = b.codec.read(viewOf(new Uint8Array(b.codec.size)), 0)
  return (bytes) => {
    const made = new Uint8Array(b.codec.size)
    b.codec.write(viewOf(made), 0, convert(what, a.codec.read(viewOf(bytes), 0), a.layout, b.layout, zero))
    return made
  }
}

function open({ btf, id }: Type): { readonly layout: Layout; readonly codec: Codec<BtfValue> } {
  const parsed = parseBtf(btf)
  return { layout: layoutOf(parsed, id), codec: codecFor(parsed, id) }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Padding has no name and no meaning. */
function same(a: Layout, b: Layout): boolean {
  if (a.kind !== b.kind || a.size !== b.size) return false
  if (a.kind === 'struct') return sameFields(a, b as StructLayout)
  if (a.kind === 'array') return same(a.element, (b as typeof a).element)
  if (a.kind === 'scalar' || a.kind === 'enum') {
    const other = b as typeof a
    return a.scalar === other.scalar && a.littleEndian === other.littleEndian
  }
  return true
}

function sameFields({ fields }: StructLayout, { fields: others }: StructLayout): boolean {
  if (fields.length !== others.length) return false
  return fields.every(({ name, offset, layout }, i) => {
    const other = others[i]!
    return name === other.name && offset === other.offset && same(layout, other.layout)
  })
}

type Fields = { [field: string]: BtfValue }

function convert(what: string, value: BtfValue, from: Layout, to: Layout, zero: BtfValue): BtfValue {
  if (from.kind === 'struct' && to.kind === 'struct')
    return convertFields(what, value as Fields, from, to, zero as Fields)
  if (from.kind === 'array' && to.kind === 'array' && from.length === to.length)
    return (value as BtfValue[]).map((one, i) => convert(what, one, from.element, to.element, (zero as BtfValue[])[i]!))
  if ((from.kind === 'bytes' || from.kind === 'chars') && from.kind === to.kind && from.size === to.size) return value
  if (typeof value === 'number' || typeof value === 'bigint')
    if (typeof zero === 'number' || typeof zero === 'bigint')
      return typeof zero === 'bigint' ? BigInt(value) : Number(value)
  throw new SockLbError(
    'LAYOUT',
    'upgrade',
    `${what}: ${from.kind} of ${from.size} bytes cannot become ${to.kind} of ${to.size}; uninstall, and start anew`,
  )
}

function convertFields(what: string, value: Fields, from: StructLayout, to: StructLayout, zero: Fields): Fields {
  const known = new Map(from.fields.map((field) => [field.name, field]))
  return Object.fromEntries(
    to.fields.map(({ name, property, layout }) => {
      const before = known.get(name)
      if (before === undefined) return [property, zero[property]!]
      return [property, convert(`${what}.${name}`, value[before.property]!, before.layout, layout, zero[property]!)]
    }),
  )
}
