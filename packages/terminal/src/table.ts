/** Which columns stand to the left. */
export interface Alignment {
  /** So many from the first on; the others stand to the right. Without it what looks like numbers stands to the right. */
  readonly left?: number
}

/** Rows in columns, each as wide as its widest cell; one line a row. Numbers may have a unit. */
export function table(rows: readonly (readonly string[])[], { left }: Alignment = {}): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const cells = (column: number): string[] => rows.map((row) => row[column] ?? '')
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...cells(column).map(({ length }) => length)))
  const right = widths.map((_, column) => (left === undefined ? numbers(cells(column)) : column >= left))
  return rows.map((row) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

function numbers(cells: readonly string[]): boolean {
  return cells.every((cell) => cell === '' || (/^[\d.]/.test(cell) && !isAddress(cell)))
}

/** As in `10.0.0.1:80`. */
function isAddress(cell: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+/.test(cell)
}
