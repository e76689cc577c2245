import type { Clock } from '../src/index.ts'

/** Time that goes on when a test says so. */
export class ManualClock implements Clock {
  #now = 0
  /** How wrong its wall clock is, in milliseconds. */
  readonly #skewMs: number
  readonly #timers = new Set<{ at: number; call: () => void }>()

  constructor(skewMs = 0) {
    this.#skewMs = skewMs
  }

  wall(): number {
    return 1_800_000_000_000 + this.#now + this.#skewMs
  }

  elapsed(): number {
    return this.#now
  }

  set(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + ms, call }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers are set. */
  get waiting(): number {
    return this.#timers.size
  }

  advance(ms: number): void {
    this.#now += ms
    for (const timer of [...this.#timers].toSorted((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue
      timer.call()
    }
  }
}
