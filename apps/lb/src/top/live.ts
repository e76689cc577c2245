import { ratesBetween } from './rates.ts'
import type { Sample } from './sample.ts'
import type { Screen } from './screen.ts'
import { pressed, startState } from './state.ts'
import { screenLines } from './view.ts'

/** What the live view is made from. */
export interface Live {
  readonly title: () => string
  /** Throws where the instance has gone. */
  readonly sample: () => Sample
  readonly intervalMs: number
}

/** Draws until `q` is typed or the signal aborts. Throws what sampling throws. */
export async function showLive(
  screen: Screen,
  { title, sample, intervalMs }: Live,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let state = startState
  let last = sample()
  let rates = ratesBetween(last, last)
  const draw = () => screen.draw(screenLines(rates, state, title(), screen.size))
  const tick = () => {
    try {
      const next = sample()
      rates = ratesBetween(last, next)
      last = next
      draw()
    } catch (error) {
      reject(error)
    }
  }
  screen.onKeys((typed) => {
    state = pressed(state, typed)
    if (state.done) resolve()
    else draw()
  })
  screen.onResize(draw)
  signal.addEventListener('abort', () => resolve(), { once: true })
  draw()
  const timer = setInterval(tick, intervalMs)
  try {
    await promise
  } finally {
    clearInterval(timer)
  }
}
