export interface BackoffOptions {
  readonly firstMs: number
  readonly mostMs: number
  /** From 0 to 1. */
  readonly random: () => number
}

/** How long to wait after each failure: twice as long each time, up to a most; each time a random part of the upper half, so that many do not come back at once. */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  get failures(): number {
    return this.#failures
  }

  next(): number {
    const { firstMs, mostMs, random } = this.#options
    const whole = Math.min(firstMs * 2 ** Math.min(this.#failures++, 30), mostMs)
    return whole * (0.5 + random() / 2)
  }

  reset(): void {
    this.#failures = 0
  }
}
