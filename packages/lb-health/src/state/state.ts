/** What one check found. `none`: it could not be made, which says nothing about the backend. */
export interface Outcome {
  readonly result: 'pass' | 'fail' | 'none'
  /** In words, the same for the same finding: no times, no counts. */
  readonly reason: string
}

/** An outcome with its times: monotonic milliseconds. */
export interface LastResult extends Outcome {
  readonly at: number
  readonly tookMs: number
}

/** What is known of a backend. Times are monotonic milliseconds (`CLOCK_MONOTONIC`), the same in every process. */
export interface BackendState {
  readonly status: 'unknown' | 'up' | 'down'
  /** Since when it has this status. */
  readonly since: number
  /** What it counts as while the status is unknown. */
  readonly initial: 'up' | 'down'
  /** Results in a row that speak against the status. */
  readonly against: number
  /** When its slow start began; absent if it came up without one. */
  readonly rampFrom?: number | undefined
  readonly last?: LastResult | undefined
}

/** A backend of which nothing is known yet. */
export function unknownState(initial: 'up' | 'down', now: number): BackendState {
  return { status: 'unknown', since: now, initial, against: 0 }
}
