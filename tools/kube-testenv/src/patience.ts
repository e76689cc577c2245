/** A time after which something has hung, on a machine as slow as this one (`SKEP_TIME_FACTOR`, as in the testbed). */
export function patient(ms: number): number {
  return ms * Number(process.env['SKEP_TIME_FACTOR'] ?? 1)
}
