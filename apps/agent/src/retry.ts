const FIRST_MS = 200
const MOST_MS = 30_000

/** Calls again later: after a failure ever less often, else when something is due. */
export class Retry implements Disposable {
  readonly #call: () => void
  #timer: NodeJS.Timeout | undefined
  #failures = 0

  constructor(call: () => void) {
    this.#call = call
  }

  /** What came of the last call, and when something is due by itself, in seconds since 1970. */
  after(failed: boolean, due: number | undefined): void {
    clearTimeout(this.#timer)
    this.#failures = failed ? this.#failures + 1 : 0
    const backoff = failed ? Math.min(MOST_MS, FIRST_MS * 2 ** (this.#failures - 1)) : Infinity
    const wait = Math.min(backoff, due === undefined ? Infinity : Math.max(0, due * 1000 - Date.now()))
    // Timers count to 2³¹ ms; a look in between does no harm.
    if (wait < Infinity) this.#timer = setTimeout(this.#call, Math.min(wait, 2 ** 31 - 1)).unref()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
