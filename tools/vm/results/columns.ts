/** Rows of cells as aligned lines; what is not in the first `left` columns stands to the right. */
export function columns(rows: readonly (readonly string[])[], left = 1): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const cell = (text: string, index: number): string => {
    const width = widths[index] ?? 0
    return index < left ? text.padEnd(width) : text.padStart(width)
  }
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}
