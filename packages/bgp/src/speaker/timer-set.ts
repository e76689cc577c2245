import type { Timers } from './timers.ts'

/** Timers by name. Starting one again only moves its end, which costs next to nothing: hold timers start with each message. */
export class TimerSet<Name extends string> {
  readonly #timers: Timers
  readonly #fire: (name: Name) => void
  readonly #due = new Map<Name, number>()
  readonly #cancel = new Map<Name, { readonly at: number; cancel(): void }>()

  constructor(timers: Timers, fire: (name: Name) => void) {
    this.#timers = timers
    this.#fire = fire
  }

  start(name: Name, ms: number): void {
    const due = this.#timers.elapsed() + ms
    this.#due.set(name, due)
    const running = this.#cancel.get(name)
    if (running && running.at <= due) return
    running?.cancel()
    this.#wait(name, ms)
  }

  stop(name: Name): void {
    this.#due.delete(name)
    this.#cancel.get(name)?.cancel()
    this.#cancel.delete(name)
  }

  #wait(name: Name, ms: number): void {
    const cancel = this.#timers.set(ms, () => this.#woken(name))
    this.#cancel.set(name, { at: this.#timers.elapsed() + ms, cancel })
  }

  #woken(name: Name): void {
    this.#cancel.delete(name)
    const due = this.#due.get(name)
    if (due === undefined) return
    const left = due - this.#timers.elapsed()
    if (left > 0) return this.#wait(name, left)
    this.#due.delete(name)
    this.#fire(name)
  }
}
