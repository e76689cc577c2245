import { expect, test } from '@jest/globals'
import { TimerSet } from './timer-set.ts'
import type { Timers } from './timers.ts'

/** A clock that is moved by hand. */
class Clock implements Timers {
  #now = 0
  readonly #waiting = new Set<{ readonly at: number; readonly call: () => void }>()
  /** How often a timer was asked for. */
  asked = 0

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#now
  }

  set(ms: number, call: () => void): () => void {
    this.asked++
    const one = { at: this.#now + ms, call }
    this.#waiting.add(one)
    return () => void this.#waiting.delete(one)
  }

  to(time: number): void {
    for (;;) {
      const [next] = [...this.#waiting].filter(({ at }) => at <= time).toSorted((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#now = next.at
      this.#waiting.delete(next)
      next.call()
    }
    this.#now = time
  }
}

function setUp() {
  const clock = new Clock()
  const fired: string[] = []
  return {
    clock,
    fired,
    timers: new TimerSet<'hold' | 'keepalive'>(clock, (name) => fired.push(`${name} ${clock.now()}`)),
  }
}

test('a timer fires once, at its time', () => {
  const { clock, fired, timers } = setUp()
  timers.start('hold', 90)
  timers.start('keepalive', 30)
  clock.to(1000)
  expect(fired).toEqual(['keepalive 30', 'hold 90'])
})

test('started again it fires that much later, and hardly asks the host', () => {
  const { clock, fired, timers } = setUp()
  for (let time = 0; time <= 300; time++) {
    clock.to(time)
    timers.start('hold', 90)
  }
  expect([fired, clock.asked < 6]).toEqual([[], true])
  clock.to(1000)
  expect(fired).toEqual(['hold 390'])
})

test('started again for less it fires sooner; stopped it does not', () => {
  const { clock, fired, timers } = setUp()
  timers.start('hold', 90)
  timers.start('hold', 10)
  timers.start('keepalive', 5)
  timers.stop('keepalive')
  clock.to(1000)
  expect(fired).toEqual(['hold 10'])
})
