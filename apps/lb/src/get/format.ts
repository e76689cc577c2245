import { stringify } from 'yaml'
import { table } from '@skep/terminal'
import type { Format } from './formats.ts'

/** A column of the table. */
export interface Column<T> {
  readonly title: string
  readonly of: (row: T) => string | number | boolean | null | undefined
  /** Only with `-o wide`. */
  readonly wide?: true
}

/** Rows as one text: a table with titles, or a document with all that is known of each. */
export function render<T>(rows: readonly T[], columns: readonly Column<T>[], format: Format): string {
  if (format === 'json') return JSON.stringify(rows, undefined, 2)
  if (format === 'yaml') return rows.length === 0 ? '[]' : stringify(rows).trimEnd()
  return table([titles(columns, format), ...rows.map((row) => cells(row, columns, format))]).join('\n')
}

/** The titles of the columns that the format has. */
export function titles<T>(columns: readonly Column<T>[], format: Format): string[] {
  return shown(columns, format).map(({ title }) => title)
}

/** A row's cells; what is not known is `-`. */
export function cells<T>(row: T, columns: readonly Column<T>[], format: Format): string[] {
  return shown(columns, format).map(({ of }) => {
    const value = of(row)
    return value === undefined || value === null || value === '' ? '-' : String(value)
  })
}

function shown<T>(columns: readonly Column<T>[], format: Format): readonly Column<T>[] {
  return format === 'wide' ? columns : columns.filter(({ wide }) => wide === undefined)
}
