import { FormatError } from '../format-error.ts'
import type { ByteOrder } from './byte-order.ts'
import type { ScalarLayout } from './layout.ts'
import type { BtfInt, BtfType } from './types.ts'

/** Scalars that a codec exists for. `char` is a number by itself and a string in arrays. */
export type ScalarName = 'u8' | 'u16' | 'u32' | 'u64' | 's8' | 's16' | 's32' | 's64' | 'bool' | 'char'

const WIDTHS = new Set([1, 2, 4, 8])

const REFUSED: Partial<Record<BtfType['kind'], string>> = {
  pointer: 'is a pointer, which means nothing outside the kernel; share an id or an index',
  float: 'is a floating-point number, which BPF cannot compute with; share a scaled integer',
  union: 'is a union, and nothing says which member holds; share a struct',
  forward: 'is declared but not defined in this object; include the header that defines it',
  function_prototype: 'is a function, not data',
  void: 'is void; declare the type',
}

/** The scalar an integer type is. Errors: {@link FormatError} for every other kind, saying what to share in its place. */
export function scalarOf(
  type: BtfType,
  order: ByteOrder | undefined,
  objectLittleEndian: boolean,
  place: string,
): ScalarLayout {
  if (type.kind !== 'int')
    throw new FormatError('UNSUPPORTED', place, REFUSED[type.kind] ?? `is a ${type.kind}, not data`)
  if (type.bits !== type.size * 8 || type.bitOffset !== 0) {
    if (!type.bool)
      throw new FormatError('UNSUPPORTED', place, `is a bitfield of ${type.bits} bits; share whole bytes and mask them`)
  }
  if (!WIDTHS.has(type.size))
    throw new FormatError('UNSUPPORTED', place, `is an integer of ${type.size} bytes; share an array of __u64`)
  const littleEndian = order === undefined ? objectLittleEndian : order === 'little'
  const fixedOrder = order !== undefined
  return { kind: 'scalar', scalar: scalarName(type), size: type.size, align: type.size, littleEndian, fixedOrder }
}

function scalarName(type: BtfInt): ScalarName {
  if (type.bool && type.size === 1) return 'bool'
  if (type.name === 'char' && type.size === 1) return 'char'
  return `${type.signed ? 's' : 'u'}${type.size * 8}` as ScalarName
}
