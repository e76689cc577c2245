import { setTimeout as delay } from 'node:timers/promises'
import { TestbedError } from '../error.ts'
import { patient } from '../patience.ts'
import type { Inventory, Leak } from './inventory.ts'
import { leaksBetween, takeInventory } from './inventory.ts'

/** Closing is not always at once: a socket closes in a later turn of the loop, a child ends after its signal. */
const settleMs = patient(3000)
const lookEveryMs = 20

/** What was left behind since an inventory, once everything that is still closing had its time. */
export async function leaksSince(before: Inventory, withinMs: number = settleMs): Promise<Leak[]> {
  const end = performance.now() + withinMs
  for (;;) {
    const leaks = leaksBetween(before, takeInventory())
    if (leaks.length === 0 || performance.now() >= end) return leaks
    await delay(lookEveryMs)
  }
}

/** The message for what was left behind. */
export function describeLeaks(leaks: readonly Pick<Leak, 'what'>[]): string {
  const lines = leaks.map(({ what }) => `\n  ${what}`)
  return `${leaks.length} left behind; close, delete or end each (\`using\`, \`await using\`):${lines.join('')}`
}

/**
 * Throws, when disposed of, a {@link TestbedError} that lists what was left behind since: descriptors, mapped maps,
 * namespaces, pins, processes. Every test file is checked so without asking; this is for scripts and for closer looks.
 *
 *     await using _ = noLeaks()
 *
 * What still closes by itself has `withinMs`, 3 s by default.
 */
export function noLeaks(withinMs?: number): AsyncDisposable {
  const before = takeInventory()
  return {
    async [Symbol.asyncDispose]() {
      const leaks = await leaksSince(before, withinMs)
      if (leaks.length > 0) throw new TestbedError('LEAK', 'leak check', describeLeaks(leaks))
    },
  }
}
