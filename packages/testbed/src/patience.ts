/** How many times slower than usual the machine is: `SKEP_TIME_FACTOR`, set where a processor is emulated. */
export const timeFactor: number = Number(process.env['SKEP_TIME_FACTOR'] ?? 1)

/** A time after which something has hung, on a machine as slow as this one. */
export function patient(ms: number): number {
  return ms * timeFactor
}

/**
 * A time after which no answer comes any more: it takes a millisecond where both ends run already, so a slow machine needs
 * less than for starting them, and a test of what breaks has to wait for so long.
 */
export function answered(ms: number): number {
  return ms * Math.max(1, timeFactor / 3)
}
