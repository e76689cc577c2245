import type { JobResult } from '../guest/job.ts'

/** What is known of a kernel when its virtual machine has ended. */
export interface Outcome {
  /** As in the matrix: `6.1`, `newest`. */
  readonly wanted: string
  /** `6.1.176`; what was wanted, if there was none to boot. */
  readonly version: string
  readonly result?: JobResult
  /** What is missing in the result: files of tests, or the programs. */
  readonly unknown?: readonly string[]
  /** What tests have counted in this run. */
  readonly counted?: readonly string[]
  /** Why there is no result, or not a whole one. */
  readonly why?: string
  /** It could not even be tried. */
  readonly skipped?: boolean
}
