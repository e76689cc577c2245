/** Something that is due once. */
export interface Timer {
  /** In ticks. */
  due: number
  readonly run: () => void
}

/** A hashed timer wheel: adding, cancelling and firing cost the same however many timers there are. */
export class Wheel {
  readonly #slots: Set<Timer>[]
  readonly #tickMs: number
  #tick: number
  #size = 0

  constructor(now: number, tickMs = 10, slots = 1024) {
    this.#tickMs = tickMs
    this.#slots = Array.from({ length: slots }, () => new Set())
    this.#tick = Math.floor(now / tickMs)
  }

  get size(): number {
    return this.#size
  }

  /** Fires at the first tick that is not before `at`, and never within the call. */
  add(at: number, run: () => void): Timer {
    const due = Math.max(Math.ceil(at / this.#tickMs), this.#tick + 1)
    const timer = { due, run }
    this.#slot(due).add(timer)
    this.#size++
    return timer
  }

  cancel(timer: Timer): void {
    if (this.#slot(timer.due).delete(timer)) this.#size--
  }

  /** Fires what is due, oldest first. After a long pause every slot is looked at once. */
  advance(now: number): void {
    const last = Math.floor(now / this.#tickMs)
    const due: Timer[] = []
    for (let tick = Math.max(this.#tick + 1, last - this.#slots.length + 1); tick <= last; tick++)
      for (const timer of this.#slot(tick)) if (timer.due <= last) due.push(timer)
    this.#tick = Math.max(this.#tick, last)
    for (const timer of due.sort((a, b) => a.due - b.due)) {
      if (!this.#slot(timer.due).delete(timer)) continue
      this.#size--
      timer.run()
    }
  }

  #slot(tick: number): Set<Timer> {
    return this.#slots[tick % this.#slots.length]!
  }
}
