import type { ProbeSpec } from '../check/check.ts'
import type { Clock } from '../clock.ts'
import type { Running, Target } from '../probe/probe.ts'
import type { StartProbe } from '../probe/probes.ts'
import { unable } from '../probe/unable.ts'
import type { LastResult, Outcome } from '../state/state.ts'
import { firstDue, type Grid, nextDue, placeOf } from './grid.ts'
import type { Lane } from './lane.ts'
import type { Ticker } from './ticker.ts'
import type { Timer } from './wheel.ts'

/** One check of one target, as often as it is wanted. */
export interface JobSpec {
  readonly probe: ProbeSpec
  readonly target: Target
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly jitter: number
}

/** What a job needs around it. */
export interface Surroundings {
  readonly clock: Clock
  readonly ticker: Ticker
  readonly lane: Lane
  readonly start: StartProbe
  readonly random: () => number
  readonly started: (lateMs: number) => void
  readonly skipped: (checks: number) => void
  readonly finished: (result: LastResult) => void
}

/** A target under check: waits, enters its lane, runs with a time limit, and waits again. */
export class Job {
  readonly #spec: JobSpec
  readonly #around: Surroundings
  #grid: Grid
  #timer: Timer | undefined
  #running: Running | undefined
  #state: 'waiting' | 'in line' | 'running' | 'ended' = 'waiting'
  #startedAt = 0

  constructor(key: string, spec: JobSpec, around: Surroundings) {
    this.#spec = spec
    this.#around = around
    this.#grid = firstDue(placeOf(key), spec.intervalMs, around.clock.now())
    this.#wait()
  }

  /** The next check at once, unless one is under way. */
  hurry(): void {
    if (this.#state !== 'waiting') return
    this.#cancelTimer()
    this.#grid = { ...this.#grid, due: this.#around.clock.now() }
    this.#enter()
  }

  end(): void {
    const { lane } = this.#around
    const before = this.#state
    this.#state = 'ended'
    this.#cancelTimer()
    if (before === 'in line') lane.withdraw(this.#begin)
    if (before !== 'running') return
    this.#running?.cancel()
    lane.leave()
  }

  #wait(): void {
    this.#state = 'waiting'
    this.#timer = this.#around.ticker.at(this.#grid.due, () => this.#enter())
  }

  #enter(): void {
    this.#timer = undefined
    this.#state = 'in line'
    this.#around.lane.enter(this.#begin)
  }

  readonly #begin = (): void => {
    const { clock, start, started, ticker } = this.#around
    this.#state = 'running'
    this.#startedAt = clock.now()
    started(this.#startedAt - this.#grid.due)
    this.#timer = ticker.at(this.#startedAt + this.#spec.timeoutMs, () => this.#finish(this.#running!.expire()))
    const done = (outcome: Outcome): void => this.#finish(outcome)
    try {
      this.#running = start(this.#spec.probe, this.#spec.target, done)
    } catch (error) {
      this.#running = unable(`the check could not be started: ${(error as Error).message}`, done)
    }
  }

  #finish(outcome: Outcome): void {
    if (this.#state !== 'running') return
    this.#cancelTimer()
    this.#running = undefined
    const { clock, random, skipped, finished, lane } = this.#around
    const now = clock.now()
    const delay = random() * this.#spec.jitter * this.#spec.intervalMs
    this.#grid = nextDue(this.#grid.point, this.#spec.intervalMs, delay, now)
    if (this.#grid.skipped > 0) skipped(this.#grid.skipped)
    this.#wait()
    lane.leave()
    finished({ ...outcome, at: now, tookMs: now - this.#startedAt })
  }

  #cancelTimer(): void {
    if (this.#timer !== undefined) this.#around.ticker.cancel(this.#timer)
    this.#timer = undefined
  }
}
