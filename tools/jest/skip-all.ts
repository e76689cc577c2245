import type { Circus } from '@jest/types'
import { tryNeeds } from './skips.ts'

const tried = new Map<string, string | null>()

/** Those of the needs that this machine does not meet. Each is tried once in a process. */
export function unmetNeeds(needs: readonly string[]): string[] {
  const unknown = needs.filter((need) => !tried.has(need))
  const reasons = unknown.length > 0 ? tryNeeds(unknown) : {}
  for (const need of unknown) tried.set(need, reasons[need] ?? null)
  return needs.filter((need) => tried.get(need) !== null)
}

/** Skips every test of a file, with the reason in its name as the closing reporter wants it. */
export function skipAll(block: Circus.DescribeBlock, needs: readonly string[]): void {
  for (const child of block.children) {
    if (child.type === 'describeBlock') {
      skipAll(child, needs)
      continue
    }
    child.mode = 'skip'
    child.name += ` (needs ${needs.join(', ')})`
  }
}
