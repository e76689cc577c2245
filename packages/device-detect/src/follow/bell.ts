/** How rings are gathered, in milliseconds. */
export interface BellOptions {
  /** A ring is heard when it has been quiet for so long … */
  readonly quietMs: number
  /** … and so long after the first one in any case. */
  readonly mostMs: number
}

/** Gathers events that come together: a device that is made sends many. */
export class Bell implements Disposable {
  readonly #options: BellOptions
  #first: number | undefined
  #timer: NodeJS.Timeout | undefined
  #failure: { readonly error: unknown } | undefined
  #isHeard = false
  #wake: () => void = () => {}

  constructor(options: BellOptions) {
    this.#options = options
  }

  ring(): void {
    const now = performance.now()
    this.#first ??= now
    const { quietMs, mostMs } = this.#options
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#hear(), Math.max(0, Math.min(quietMs, this.#first + mostMs - now)))
  }

  /** Nobody will ring any more: who waits, now or later, gets the error. */
  fail(error: unknown): void {
    this.#failure = { error }
    this.#wake()
  }

  /** Returns when it was rung, or at the time (of `performance.now()`) that something is due. */
  async wait(dueAt?: number): Promise<void> {
    const due = dueAt === undefined ? undefined : setTimeout(() => this.#hear(), Math.max(0, dueAt - performance.now()))
    if (!this.#isHeard && this.#failure === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
    clearTimeout(due)
    clearTimeout(this.#timer)
    this.#isHeard = false
    this.#first = undefined
    if (this.#failure !== undefined) throw this.#failure.error
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #hear(): void {
    this.#isHeard = true
    this.#wake()
  }
}
