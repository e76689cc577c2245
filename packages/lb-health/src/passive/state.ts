/** What became of new connections to a backend, counted since the last look. */
export interface Observation {
  /** The backend answered. */
  readonly answered: number
  /** It answered the first packet with a reset. */
  readonly refused: number
  /** It answered nothing in time. */
  readonly unanswered: number
}

/** What was observed at one time (monotonic ms). */
export interface Sample extends Observation {
  readonly at: number
}

/** A backend that gets no new connections for a while. */
export interface Ejection {
  readonly at: number
  readonly until: number
  /** Why, in words. */
  readonly reason: string
}

/** What a backend's connections have shown. */
export interface PassiveState {
  /** Failures since the last look that saw an answer. */
  readonly row: Pick<Observation, 'refused' | 'unanswered'>
  /** The looks of one window. */
  readonly samples: readonly Sample[]
  /** Ejections that still count for the length of the next one. */
  readonly times: number
  /** Since when `times` has been waiting to shrink. */
  readonly calmSince: number
  readonly ejection?: Ejection | undefined
  /** Why it would be ejected if more backends might be out. */
  readonly spared?: string | undefined
}

/** A backend of which nothing has been seen. */
export function unseen(now: number): PassiveState {
  return { row: { refused: 0, unanswered: 0 }, samples: [], times: 0, calmSince: now }
}
