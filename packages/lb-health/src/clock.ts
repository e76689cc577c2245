/** Where times come from. */
export interface Clock {
  /** Monotonic milliseconds, the same in every process of the host. */
  now(): number
  /** Milliseconds since 1970, to tell people. */
  wall(): number
}

/** `CLOCK_MONOTONIC`, which does not jump when somebody sets the time. */
export const hostClock: Clock = {
  now: () => {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1000 + nanoseconds / 1e6
  },
  wall: () => Date.now(),
}
