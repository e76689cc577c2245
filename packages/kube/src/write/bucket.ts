import type { Clock } from '../clock.ts'

/** So many at once, and then so many a second. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #burst: number
  readonly #perSecond: number
  #tokens: number
  #at: number

  constructor(clock: Clock, { burst, perSecond }: { readonly burst: number; readonly perSecond: number }) {
    this.#clock = clock
    this.#burst = burst
    this.#perSecond = perSecond
    this.#tokens = burst
    this.#at = clock.elapsed()
  }

  /** Whether there is one; then it is taken. */
  take(): boolean {
    const now = this.#clock.elapsed()
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** How long until there is one, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, ((1 - this.#tokens) / this.#perSecond) * 1000)
  }
}
