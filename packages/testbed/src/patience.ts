/** How many times slower than usual the machine is: `SKEP_TIME_FACTOR`, set where a processor is emulated. */
export const timeFactor: number = Number(process.env['SKEP_TIME_FACTOR'] ?? 1)

/** A time after which something has hung, on a machine as slow as this one. */
export function patient(ms: number): number {
  return ms * timeFactor
}
