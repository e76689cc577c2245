/** How rounds are paced. Times in milliseconds. */
export interface SchedulerOptions {
  /** A round at least so often. */
  readonly everyMs: number
  readonly onError: (error: unknown, retryMs: number) => void
  /** After each round that was due by time alone. */
  readonly onIdle: () => void
}

/** Events are gathered at least so long, and ten times as long as a round takes: a tenth of a CPU at most. */
const GATHER_MS = 50
const GATHER_MOST_MS = 5000
const GATHER_ROUNDS = 10
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000

/** Runs rounds: soon after an event, again after a failure (later each time), and now and then in any case. */
export class Scheduler {
  readonly #round: () => void
  readonly #options: SchedulerOptions
  readonly #regular: NodeJS.Timeout
  #pending: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #gatherMs = GATHER_MS

  constructor(round: () => void, options: SchedulerOptions) {
    this.#round = round
    this.#options = options
    this.#regular = setInterval(() => this.#idle(), options.everyMs)
  }

  /** A round shortly: events that come together make one. */
  soon(): void {
    this.#pending ??= setTimeout(() => this.#run(), this.#gatherMs)
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
      this.#gatherMs = gatherTime(performance.now() - began)
      this.#retryMs = FIRST_RETRY_MS
    } catch (error) {
      this.#options.onError(error, this.#retryMs)
      this.#pending = setTimeout(() => this.#run(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
    }
  }
}

function gatherTime(roundMs: number): number {
  return Math.min(Math.max(GATHER_MS, GATHER_ROUNDS * roundMs), GATHER_MOST_MS)
}
