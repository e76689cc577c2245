/** Events are gathered at least so long, in ms. */
const GATHER_MS = 50

/** No event waits longer, in ms, however long rounds take. */
const GATHER_MOST_MS = 5000

/** A round has to be followed by so many times its duration: a tenth of a CPU in the long run. */
const SHARE = 10

/** After a quiet time rounds may take so much of a CPU before they are spread out, in ms. */
const BURST_MS = 2000

/**
 * When the next round may be: soon after a quiet time, even where rounds take long; spread out where events do not end.
 * The generic cell rate algorithm (ITU-T I.371, annex A), with the durations of rounds as what is measured out.
 */
export class Pace {
  /** When the rounds that have been made will have had their share of time. */
  #settledMs = -Infinity

  /** A round ended, which took so long. */
  took(roundMs: number, nowMs: number): void {
    this.#settledMs = Math.max(this.#settledMs, nowMs) + Math.min(SHARE * roundMs, GATHER_MOST_MS)
  }

  /** How long events are gathered before the next. */
  waitMs(nowMs: number): number {
    const until = this.#settledMs - SHARE * BURST_MS
    return Math.min(Math.max(GATHER_MS, until - nowMs), GATHER_MOST_MS)
  }
}
