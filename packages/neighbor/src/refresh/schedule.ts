/** How entries are asked for. Times in milliseconds. */
export interface RefreshOptions {
  /** Each again so often, where the kernel does not keep it by itself. Default: its base reachable time, 30,000. */
  readonly everyMs: number
  /** One that does not answer again so often. Default: as often as newer kernels ask for those that they manage, 5000. */
  readonly failedMs: number
  /** At most so many a second, whatever is due; those that wait longest first. Default 500. */
  readonly perSecond: number
}

export const refreshDefaults: RefreshOptions = { everyMs: 30_000, failedMs: 5000, perSecond: 500 }

/** Of an interval: up to so much earlier, at random, that what was asked for together does not stay together. */
const JITTER = 0.25

interface Appointment {
  dueAt: number
  isFailed: boolean
}

/**
 * When to ask the kernel for which entry: new ones at once, those that it does not keep by itself again and again. Spread by
 * jitter, with a cap on the rate: a network that comes back is not met by a flood. Pure but for `random`.
 */
export class RefreshSchedule {
  readonly #options: RefreshOptions
  readonly #random: () => number
  readonly #appointments = new Map<string, Appointment>()
  /** What may be asked for now, without going past the cap. */
  #credit: number
  #at: number

  constructor(options: RefreshOptions, now: number, random: () => number = Math.random) {
    this.#options = options
    this.#random = random
    this.#credit = options.perSecond
    this.#at = now
  }

  /** These from now on; those that the kernel does not have at once. */
  keep(keys: Iterable<string>, missing: ReadonlySet<string>, now: number): void {
    const before = new Map(this.#appointments)
    this.#appointments.clear()
    for (const key of keys) {
      const appointment = before.get(key) ?? this.#next(now, false)
      if (missing.has(key)) appointment.dueAt = Math.min(appointment.dueAt, now)
      this.#appointments.set(key, appointment)
    }
  }

  /** Whether one answers. One that has just failed is asked for again at once, and sooner than others from then on. */
  note(key: string, isFailed: boolean, now: number): void {
    const appointment = this.#appointments.get(key)
    if (appointment === undefined || appointment.isFailed === isFailed) return
    this.#appointments.set(key, isFailed ? { isFailed, dueAt: now } : this.#next(now, isFailed))
  }

  /** Those to ask for now. */
  due(now: number): string[] {
    this.#earn(now)
    const waiting = [...this.#appointments].filter(([, { dueAt }]) => dueAt <= now)
    const chosen = waiting.toSorted(([, a], [, b]) => a.dueAt - b.dueAt).slice(0, Math.floor(this.#credit))
    this.#credit -= chosen.length
    for (const [key, { isFailed }] of chosen) this.#appointments.set(key, this.#next(now, isFailed))
    return chosen.map(([key]) => key)
  }

  #earn(now: number): void {
    const { perSecond } = this.#options
    this.#credit = Math.min(perSecond, this.#credit + (Math.max(0, now - this.#at) * perSecond) / 1000)
    this.#at = Math.max(now, this.#at)
  }

  #next(now: number, isFailed: boolean): Appointment {
    const { everyMs, failedMs } = this.#options
    return { dueAt: now + (isFailed ? failedMs : everyMs) * (1 - JITTER * this.#random()), isFailed }
  }
}
