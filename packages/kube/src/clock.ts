/** Where time comes from. */
export interface Clock {
  /** Milliseconds since 1970, to tell people and other machines. */
  wall(): number
  /** Milliseconds of a clock that does not jump when somebody sets the time. */
  elapsed(): number
  /** Calls back once, after so many milliseconds, unless the returned function is called before. */
  set(ms: number, call: () => void): () => void
}

/** The host's own clock. */
export const hostClock: Clock = {
  wall: () => Date.now(),
  elapsed: () => performance.now(),
  set: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Waits; ends early, without an error, when the signal is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.set(ms, end)
    signal.addEventListener('abort', end)
  })
}
