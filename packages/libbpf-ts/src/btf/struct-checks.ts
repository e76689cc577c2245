import { FormatError } from '../format-error.ts'
import type { FieldLayout } from './layout.ts'

/** Fields must follow each other inside the struct. Errors: {@link FormatError} `MALFORMED`. */
export function checkOrder(fields: readonly FieldLayout[], size: number, place: string): void {
  let end = 0
  for (const field of fields) {
    if (field.offset < end)
      throw new FormatError('MALFORMED', `${place}, field ${field.name}`, 'overlaps the field before it')
    end = field.offset + field.layout.size
    if (end > size)
      throw new FormatError('MALFORMED', `${place}, field ${field.name}`, `ends at byte ${end} of ${size}`)
  }
}

/** Two C names must not become one in TypeScript. Errors: {@link FormatError} `UNSUPPORTED`. */
export function checkProperties(fields: readonly FieldLayout[], place: string): void {
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
export function alignment(fields: readonly FieldLayout[], size: number): number {
  const align = Math.max(1, ...fields.map((field) => field.layout.align))
  const packed = size % align !== 0 || fields.some((field) => field.offset % field.layout.align !== 0)
  return packed ? 1 : align
}
