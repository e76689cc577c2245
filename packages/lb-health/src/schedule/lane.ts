/** Runs so many things at a time; the others wait in line. */
export class Lane {
  readonly limit: number
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Runs `start` now or when it is its turn. It must be followed by one `leave`. */
  enter(start: () => void): void {
    if (this.#running >= this.limit) this.#waiting.add(start)
    else this.#begin(start)
  }

  /** Takes `start` out of the line; `false` if it has begun. */
  withdraw(start: () => void): boolean {
    return this.#waiting.delete(start)
  }

  leave(): void {
    this.#running--
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    this.#begin(next)
  }

  #begin(start: () => void): void {
    this.#running++
    start()
  }
}
