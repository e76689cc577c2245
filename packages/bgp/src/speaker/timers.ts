/** Where time comes from. */
export interface Timers {
  /** Ms of the wall clock. */
  now(): number
  /** Ms of a clock that does not jump when somebody sets the time. */
  elapsed(): number
  /** Calls back once, after so many ms, unless the returned function is called before. */
  set(ms: number, call: () => void): () => void
}

/** The host's own clock. */
export const hostTimers: Timers = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  set: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
