/** Where times come from: monotonic milliseconds, the same in every process of the host. */
export interface Clock {
  now(): number
}

/** `CLOCK_MONOTONIC`, which does not jump when somebody sets the time. */
export const hostClock: Clock = {
  now: () => Number(process.hrtime.bigint() / 1000n) / 1000,
}
