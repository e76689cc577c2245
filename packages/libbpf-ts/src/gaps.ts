/** A range of bytes inside a struct. */
export interface Extent {
  readonly offset: number
  readonly size: number
}

/** The bytes of a struct of `size` bytes that no field covers; `fields` are in ascending order. */
export function gaps(size: number, fields: readonly Extent[]): Extent[] {
  const ends = [0, ...fields.map((field) => field.offset + field.size)]
  const starts = [...fields.map((field) => field.offset), size]
  return ends.map((end, index) => ({ offset: end, size: (starts[index] ?? end) - end })).filter((gap) => gap.size > 0)
}
