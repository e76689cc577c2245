import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { cells, type Column, titles } from './format.ts'
import type { Format } from './formats.ts'

const BATCH = 64 * 1024
/** So many rows decide how wide the columns are. */
const SAMPLE = 200

/** The same as `render`, piece by piece, for what may have a million rows. Says afterwards how many there were. */
export function* renderStream<T extends object>(
  rows: Iterable<T>,
  columns: readonly Column<T>[],
  format: Format,
): Generator<string> {
  if (format === 'json')
    yield* documents(rows, '[', (row, first) => `${first ? '' : ','}\n${JSON.stringify(row)}`, '\n]\n')
  else if (format === 'yaml') yield* documents(rows, '', yamlItem, '', '[]\n')
  else yield* tableLines(rows, columns, format)
}

/** Writes at the reader's pace. A reader that has seen enough (`| head`) ends it without an error. */
export async function writeStream(pieces: Iterable<string>, out: Writable): Promise<void> {
  const failed = once(out, 'error').then(([error]) => error as NodeJS.ErrnoException)
  let batch = ''
  const flush = async (): Promise<NodeJS.ErrnoException | undefined> => {
    const full = batch !== '' && !out.write(batch)
    batch = ''
    return full ? await Promise.race([failed, once(out, 'drain').then(() => undefined)]) : undefined
  }
  for (const piece of pieces) {
    batch += piece
    const error = batch.length < BATCH ? undefined : await flush()
    if (error?.code === 'EPIPE') return
    if (error) throw error
  }
  await flush()
}

/** An item of a YAML list. Scalars are written as in JSON, which is YAML too; a library takes twenty times as long. */
function yamlItem<T extends object>(row: T): string {
  return `- ${Object.entries(row)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('  ')}`
}

function* documents<T>(
  rows: Iterable<T>,
  open: string,
  each: (row: T, first: boolean) => string,
  close: string,
  none = `${open}${close}`,
): Generator<string> {
  let first = true
  for (const row of rows) {
    yield first ? open + each(row, true) : each(row, false)
    first = false
  }
  yield first ? none : close
}

function* tableLines<T>(rows: Iterable<T>, columns: readonly Column<T>[], format: Format): Generator<string> {
  const head = titles(columns, format)
  const waiting: string[][] = [head]
  let widths: number[] | undefined
  const line = (row: readonly string[]) =>
    `${row
      .map((cell, i) => cell.padEnd(widths![i]!))
      .join('  ')
      .trimEnd()}\n`
  for (const row of rows) {
    waiting.push(cells(row, columns, format))
    if (waiting.length < SAMPLE && widths === undefined) continue
    widths ??= widthsOf(waiting)
    yield waiting.splice(0).map(line).join('')
  }
  widths ??= widthsOf(waiting)
  yield waiting.map(line).join('')
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
}
