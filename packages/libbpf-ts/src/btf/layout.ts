import type { Extent } from '../gaps.ts'
import type { ScalarName } from './scalar.ts'
import type { BtfEnum } from './types.ts'

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
  readonly padding: readonly Extent[]
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
