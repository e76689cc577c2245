import { setTimeout as wait } from 'node:timers/promises'

const PATIENCE_MS = 25_000 * Number(process.env['SKEP_TIME_FACTOR'] ?? 1)

/** Asks a program that tells nobody when something changes, until it says what is wanted; gives up with what it said last. */
export async function until<T>(
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(answer)}`)
    await wait(20)
  }
}
