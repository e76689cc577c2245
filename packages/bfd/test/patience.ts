/** How many times slower than usual the machine is, where a processor is emulated. */
export const slowness: number = Number(process.env['SKEP_TIME_FACTOR'] ?? 1)

/** A multiplier that such a machine keeps. */
export function patient(multiplier: number): number {
  return Math.min(255, Math.ceil(multiplier * slowness))
}
