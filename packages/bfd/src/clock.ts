/** Where times come from. */
export interface Clock {
  /** Monotonic milliseconds, the same in every process of the host. */
  now(): number
  /** Milliseconds since 1970, to tell people. */
  wall(): number
}

/** `CLOCK_MONOTONIC`, which does not jump when somebody sets the time. */
export const hostClock: Clock = {
  now: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  wall: () => Date.now(),
}
