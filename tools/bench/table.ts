import type { BenchCase } from './bench.ts'

/** One text table: a line per case, a column per figure that any case has. */
export function table(cases: readonly BenchCase[]): string {
  const figures = [...new Set(cases.flatMap((result) => Object.keys(result)))]
  const rows = [figures, ...cases.map((result) => figures.map((figure) => cell(result[figure])))]
  const widths = figures.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((text, column) => pad(text, widths[column] ?? 0, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cell(figure: number | string | undefined): string {
  if (typeof figure !== 'number') return figure ?? ''
  if (Number.isInteger(figure)) return String(figure)
  return figure.toPrecision(Math.abs(figure) >= 1000 ? 5 : 4)
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width)
}
