import type { Clock } from '../clock.ts'
import { type Timer, Wheel } from './wheel.ts'

const TICK_MS = 10

/** A wheel that is turned by one timer of the event loop, which is only armed while something is due. */
export class Ticker {
  readonly #clock: Clock
  readonly #wheel: Wheel
  #armed: NodeJS.Timeout | undefined
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#wheel = new Wheel(clock.now(), TICK_MS)
  }

  at(time: number, run: () => void): Timer {
    // An idle wheel stood still.
    if (this.#wheel.size === 0) this.#wheel.advance(this.#clock.now())
    const timer = this.#wheel.add(time, run)
    this.#arm()
    return timer
  }

  cancel(timer: Timer): void {
    this.#wheel.cancel(timer)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#armed)
  }

  #arm(): void {
    if (this.#stopped || this.#armed !== undefined || this.#wheel.size === 0) return
    this.#armed = setTimeout(() => this.#turn(), TICK_MS - (this.#clock.now() % TICK_MS))
  }

  #turn(): void {
    this.#armed = undefined
    this.#wheel.advance(this.#clock.now())
    this.#arm()
  }
}
