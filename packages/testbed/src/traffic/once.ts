import type { Answer, TrafficFailure } from './report.ts'
import { RequestFailure } from './report.ts'

/** One request's outcome: the first of success, failure and time-out counts, and says how far the request had come. */
export class Outcome {
  readonly promise: Promise<Answer>
  /** Set by the client as it learns them. */
  phase: TrafficFailure['phase'] = 'connect'
  sourcePort: number | undefined
  readonly #settle: PromiseWithResolvers<Answer>
  readonly #timer: NodeJS.Timeout
  readonly #release: () => void
  #settled = false

  /** `release` is called once when it failed: the connection is of no more use. */
  constructor(timeoutMs: number, release: () => void) {
    this.#settle = Promise.withResolvers()
    this.promise = this.#settle.promise
    this.#release = release
    this.#timer = setTimeout(() => this.fail('timeout'), timeoutMs)
  }

  succeed(answer: Answer): void {
    if (this.#finish()) this.#settle.resolve(answer)
  }

  fail(reason: string): void {
    if (!this.#finish()) return
    this.#settle.reject(new RequestFailure(this.phase, reason, this.sourcePort))
    this.#release()
  }

  #finish(): boolean {
    if (this.#settled) return false
    this.#settled = true
    clearTimeout(this.#timer)
    return true
  }
}
