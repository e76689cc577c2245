import type { EnumLayout, Layout, ScalarLayout } from '../btf/layout.ts'
import { camelCase, pascalCase } from '../btf/names.ts'

const GETTERS = {
  u8: 'Uint8',
  s8: 'Int8',
  char: 'Int8',
  bool: 'Uint8',
  u16: 'Uint16',
  s16: 'Int16',
  u32: 'Uint32',
  s32: 'Int32',
  u64: 'BigUint64',
  s64: 'BigInt64',
} as const

/** The DataView method suffix for a scalar: `Uint32` of `getUint32`. */
export function accessor(layout: ScalarLayout | EnumLayout): string {
  return GETTERS[layout.scalar]
}

/** `, true` where a DataView method takes a byte order. */
export function orderArgument(layout: ScalarLayout | EnumLayout): string {
  return layout.size === 1 ? '' : `, ${layout.littleEndian}`
}

/** The TypeScript type of a layout. */
export function typeOf(layout: Layout): string {
  switch (layout.kind) {
    case 'scalar':
      return layout.scalar === 'bool' ? 'boolean' : layout.size === 8 ? 'bigint' : 'number'
    case 'enum':
    case 'struct':
      return pascalCase(layout.name)
    case 'bytes':
      return 'Uint8Array'
    case 'chars':
      return 'string'
    default:
      return `${typeOf(layout.element)}[]`
  }
}

/** An expression for a layout's codec: what maps and settings are made with. */
export function codecOf(layout: Layout): string {
  switch (layout.kind) {
    case 'scalar':
      return `bpf.${scalarCodecName(layout)}`
    case 'enum':
      return `bpf.${layout.scalar} as bpf.Codec<${pascalCase(layout.name)}>`
    case 'struct':
      return structCodec(layout.name)
    case 'bytes':
      return `bpf.bytes(${layout.size})`
    case 'chars':
      return `bpf.chars(${layout.size})`
    default:
      return `bpf.array(${codecOf(layout.element)}, ${layout.length})`
  }
}

/** `serviceKey4Codec`. */
export function structCodec(name: string): string {
  return `${camelCase(name)}Codec`
}

function scalarCodecName({ scalar, size, littleEndian, fixedOrder }: ScalarLayout): string {
  if (fixedOrder) return `${littleEndian ? 'le' : 'be'}${size * 8}`
  return scalar === 'char' ? 's8' : scalar
}

/** A TSDoc comment of one or more lines; no text can end it early. */
export function comment(indent: string, ...lines: readonly string[]): string[] {
  const safe = lines.map((line) => line.replaceAll('*/', '*\\/').replaceAll(/[\r\n]+/g, ' '))
  if (safe.length === 1) return [`${indent}/** ${safe[0]} */`]
  return [`${indent}/**`, ...safe.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`]
}
