import { checkLength, writeZeros } from './codec-bytes.ts'
import type { Codec } from './codec.ts'
import { gaps } from './gaps.ts'

/** `element[length]`. */
export function array<T>(element: Codec<T>, length: number): Codec<T[]> {
  const step = element.size
  const size = step * length
  return {
    size,
    align: element.align,
    read(view, offset) {
      checkRoom(view, offset, size)
      const values: T[] = []
      for (let index = 0; index < length; index++) values.push(element.read(view, offset + index * step))
      return values
    },
    write(view, offset, values) {
      checkLength(values, length, `array of ${length}`)
      for (const [index, value] of values.entries()) element.write(view, offset + index * step, value)
    },
  }
}

/** A field of a struct whose layout is known: `struct` computes offsets as C does, `structAt` is told them. */
export interface Field<T> {
  readonly offset: number
  readonly codec: Codec<T>
}

type Codecs<T> = { readonly [K in keyof T]: Codec<T[K]> }
type Fields<T> = { readonly [K in keyof T]: Field<T[K]> }

/** A C struct: fields in order, each aligned as C aligns it, padding zeroed. */
export function struct<T extends object>(codecs: Codecs<T>): Codec<T> {
  const fields: Record<string, Field<unknown>> = {}
  let end = 0
  let align = 1
  for (const [name, codec] of Object.entries<Codec<unknown>>(codecs)) {
    const offset = roundUp(end, codec.align)
    fields[name] = { offset, codec }
    end = offset + codec.size
    align = Math.max(align, codec.align)
  }
  return structAt(roundUp(end, align), align, fields as unknown as Fields<T>)
}

/** A struct whose fields stand at given offsets, in ascending order; every byte between them is written as zero. */
export function structAt<T extends object>(size: number, align: number, fields: Fields<T>): Codec<T> {
  const list = Object.entries<Field<unknown>>(fields)
  const padding = gaps(
    size,
    list.map(([, { offset, codec }]) => ({ offset, size: codec.size })),
  )
  return {
    size,
    align,
    read(view, offset) {
      const value: Record<string, unknown> = {}
      for (const [name, field] of list) value[name] = field.codec.read(view, offset + field.offset)
      return value as T
    },
    write(view, offset, value) {
      for (const [name, field] of list) field.codec.write(view, offset + field.offset, value[name as keyof T])
      for (const gap of padding) writeZeros(view, offset + gap.offset, gap.size)
    },
  }
}

function roundUp(value: number, align: number): number {
  return Math.ceil(value / align) * align
}

function checkRoom(view: DataView, offset: number, size: number): void {
  if (offset + size > view.byteLength)
    throw new RangeError(`${size} bytes at offset ${offset} of a view of ${view.byteLength}`)
}
