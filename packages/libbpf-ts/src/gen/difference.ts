const CONTEXT = 3

/** Where two texts first part, as a few lines of each; undefined when they are equal. */
export function difference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined
  const [left, right] = [expected.split('\n'), actual.split('\n')]
  const first = left.findIndex((line, index) => line !== right[index])
  const at = first < 0 ? left.length : first
  const changed = [...left.keys()].filter((index) => left[index] !== right[index]).length
  return [
    `first difference at line ${at + 1} (${left.length} lines expected, ${right.length} found, ${changed} not in place):`,
    ...left.slice(at, at + CONTEXT).map((line) => `  - ${line}`),
    ...right.slice(at, at + CONTEXT).map((line) => `  + ${line}`),
  ].join('\n')
}
