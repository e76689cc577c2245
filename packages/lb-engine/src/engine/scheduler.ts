import { Pace } from './pace.ts'

/** How rounds are paced. Times in milliseconds. */
export interface SchedulerOptions {
  /** A round at least so often. */
  readonly everyMs: number
  readonly onError: (error: unknown, retryMs: number) => void
  /** After each round that was due by time alone. */
  readonly onIdle: () => void
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000

/** Runs rounds: soon after an event, again after a failure (later each time), and now and then in any case. */
export class Scheduler {
  readonly #round: () => void
  readonly #options: SchedulerOptions
  readonly #regular: NodeJS.Timeout
  readonly #pace = new Pace()
  #pending: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS

  constructor(round: () => void, options: SchedulerOptions) {
    this.#round = round
    this.#options = options
    this.#regular = setInterval(() => this.#idle(), options.everyMs)
  }

  /** A round shortly: events that come together make one. */
  soon(): void {
    this.#pending ??= setTimeout(() => this.#run(), this.#pace.waitMs(performance.now()))
  }

  /** A round at once, for what cannot wait. */
  now(): void {
    this.#run()
  }

  stop(): void {
    clearInterval(this.#regular)
    clearTimeout(this.#pending)
  }

  #idle(): void {
    this.#run()
    this.#options.onIdle()
  }

  #run(): void {
    clearTimeout(this.#pending)
    this.#pending = undefined
    const began = performance.now()
    try {
      this.#round()
      const ended = performance.now()
      this.#pace.took(ended - began, ended)
      this.#retryMs = FIRST_RETRY_MS
    } catch (error) {
      this.#options.onError(error, this.#retryMs)
      this.#pending = setTimeout(() => this.#run(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
    }
  }
}
