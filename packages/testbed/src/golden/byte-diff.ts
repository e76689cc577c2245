const width = 16

/** The lines of two byte strings that differ, 16 bytes a line: `-` expected, `+` found, `^^` below each difference. */
export function byteDiff(expected: Uint8Array, found: Uint8Array): string {
  const lines: string[] = []
  for (let start = 0; start < Math.max(expected.length, found.length); start += width) {
    const before = hexLine(expected, start)
    const after = hexLine(found, start)
    const marks = before.map((byte, i) => (byte === after[i] ? '  ' : '^^'))
    if (!marks.includes('^^')) continue
    const offset = start.toString(16).padStart(4, '0')
    lines.push(`- ${offset}  ${before.join(' ')}`, `+ ${offset}  ${after.join(' ')}`, `        ${marks.join(' ')}`)
  }
  return lines.map((line) => line.trimEnd()).join('\n')
}

/** Always `width` entries; what the string does not have is blank. */
function hexLine(bytes: Uint8Array, start: number): string[] {
  return Array.from({ length: width }, (_, i) => bytes[start + i]?.toString(16).padStart(2, '0') ?? '  ')
}
