import type { Clock } from '../clock.ts'
import { type StartProbe, startProbe } from '../probe/probes.ts'
import type { LastResult } from '../state/state.ts'
import { Job, type JobSpec } from './job.ts'
import { Lane } from './lane.ts'
import { Ticker } from './ticker.ts'

export interface SchedulerOptions {
  readonly clock: Clock
  readonly onResult: (key: string, result: LastResult) => void
  /** Checks under way at a time; by default 8,192. */
  readonly maxInFlight?: number | undefined
  /** Scripts under way at a time; by default 32. */
  readonly maxScripts?: number | undefined
  readonly start?: StartProbe | undefined
  readonly random?: (() => number) | undefined
}

/** How a scheduler is doing. */
export interface SchedulerStats {
  /** Different checks; identical ones of the same target are one. */
  readonly targets: number
  readonly inFlight: number
  readonly maxInFlight: number
  /** Due, but the limit of checks under way is reached. */
  readonly waiting: number
  /** Since the start. */
  readonly started: number
  /** Checks left out because the one before was not done an interval later. Since the start. */
  readonly skipped: number
  /** How late the latest of the checks began since the figures were last read. */
  readonly worstLateMs: number
}

/** Keeps every wanted check going. */
export class Scheduler implements Disposable {
  readonly #options: SchedulerOptions
  readonly #jobs = new Map<string, Job>()
  readonly #ticker: Ticker
  readonly #lane: Lane
  readonly #scripts: Lane
  #started = 0
  #skipped = 0
  #worstLateMs = 0

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#ticker = new Ticker(options.clock)
    this.#lane = new Lane(options.maxInFlight ?? 8192)
    this.#scripts = new Lane(options.maxScripts ?? 32)
  }

  /** From now on exactly these checks run. Those that ran before go on undisturbed. */
  set(wanted: ReadonlyMap<string, JobSpec>): void {
    for (const [key, job] of this.#jobs) {
      if (wanted.has(key)) continue
      job.end()
      this.#jobs.delete(key)
    }
    for (const [key, spec] of wanted) if (!this.#jobs.has(key)) this.#jobs.set(key, this.#job(key, spec))
  }

  /** Brings the next check of this key forward. */
  hurry(key: string): void {
    this.#jobs.get(key)?.hurry()
  }

  stats(): SchedulerStats {
    const worstLateMs = this.#worstLateMs
    this.#worstLateMs = 0
    return {
      targets: this.#jobs.size,
      inFlight: this.#lane.running + this.#scripts.running,
      maxInFlight: this.#lane.limit + this.#scripts.limit,
      waiting: this.#lane.waiting + this.#scripts.waiting,
      started: this.#started,
      skipped: this.#skipped,
      worstLateMs,
    }
  }

  [Symbol.dispose](): void {
    this.set(new Map())
    this.#ticker.stop()
  }

  #job(key: string, spec: JobSpec): Job {
    const { clock, onResult, start = startProbe, random = Math.random } = this.#options
    return new Job(key, spec, {
      clock,
      start,
      random,
      ticker: this.#ticker,
      lane: spec.probe.kind === 'script' ? this.#scripts : this.#lane,
      started: (lateMs) => {
        this.#started++
        this.#worstLateMs = Math.max(this.#worstLateMs, lateMs)
      },
      skipped: (checks) => (this.#skipped += checks),
      finished: (result) => onResult(key, result),
    })
  }
}
