/** Rows in columns, each as wide as its widest cell. Numbers, with or without a unit, stand to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const cells = (column: number) => rows.map((row) => row[column] ?? '')
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...cells(column).map((cell) => cell.length)))
  const right = widths.map((_, column) => cells(column).every((cell) => cell === '' || /^[\d.]/.test(cell)))
  return rows.map((row) =>
    row
      .map((cell, i) => (right[i] && !isAddress(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}

function isAddress(cell: string): boolean {
  return /^[\d.]+\.[\d.]+\.[\d.]+:/.test(cell)
}
