import { table as columns } from '@skep/terminal'
import type { BenchCase } from './bench.ts'

/** One text table: a line per case, a column per figure that any case has. */
export function table(cases: readonly BenchCase[]): string {
  const figures = [...new Set(cases.flatMap((result) => Object.keys(result)))]
  const rows = [figures, ...cases.map((result) => figures.map((figure) => cell(result[figure])))]
  return columns(rows, { left: 1 }).join('\n')
}

function cell(figure: number | string | undefined): string {
  if (typeof figure !== 'number') return figure ?? ''
  if (Number.isInteger(figure)) return String(figure)
  return figure.toPrecision(Math.abs(figure) >= 1000 ? 5 : 4)
}
