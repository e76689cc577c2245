import type { Btf } from './btf/btf.ts'
import type { Layout, StructLayout } from './btf/layout.ts'
import { layoutOf } from './btf/layouts.ts'
import { bytes, chars } from './codec-bytes.ts'
import { array, structAt, type Field } from './codec-composite.ts'
import { scalarCodec } from './codec-scalars.ts'
import type { Codec } from './codec.ts'

/** What {@link codecFor} reads: the shapes that `libbpf-ts gen` declares, known only at run time. */
export type BtfValue = number | bigint | boolean | string | Uint8Array | BtfValue[] | { [field: string]: BtfValue }

/**
 * A codec for a BTF type, made at run time: what `bpftool` does with a map whose types it does not know beforehand.
 * For types known when the program is written, `libbpf-ts gen` writes typed and faster ones.
 *
 * Errors: {@link FormatError} for types without a form in TypeScript.
 */
export function codecFor(btf: Btf, typeId: number): Codec<BtfValue> {
  return codecOf(layoutOf(btf, typeId), new Map())
}

function codecOf(layout: Layout, structs: Map<StructLayout, Codec<BtfValue>>): Codec<BtfValue> {
  switch (layout.kind) {
    case 'scalar':
    case 'enum':
      return scalarCodec(layout.scalar, layout.littleEndian)
    case 'bytes':
      return bytes(layout.size)
    case 'chars':
      return chars(layout.size)
    case 'array':
      return array(codecOf(layout.element, structs), layout.length) as Codec<BtfValue>
    default:
      return structs.get(layout) ?? remember(layout, structs)
  }
}

function remember(layout: StructLayout, structs: Map<StructLayout, Codec<BtfValue>>): Codec<BtfValue> {
  const fields: Record<string, Field<BtfValue>> = {}
  for (const { property, offset, layout: field } of layout.fields)
    fields[property] = { offset, codec: codecOf(field, structs) }
  const codec = structAt(layout.size, layout.align, fields) as Codec<BtfValue>
  structs.set(layout, codec)
  return codec
}
