import { setTimeout as wait } from 'node:timers/promises'

/** Asks a program that tells nobody when something changes, until it says what is wanted. Jest's time-out ends it. */
export async function until<T>(ask: () => T | Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    await wait(20)
  }
}
