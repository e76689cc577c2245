export type LbErrorCode =
  /** An option on the command line. */
  | 'INVALID_OPTION'
  /** Another process works on the instance. */
  | 'BUSY'
  /** The instance lives in another network namespace. */
  | 'OTHER_NAMESPACE'
  /** No BPF file system, and none can be mounted. */
  | 'NO_BPFFS'
  /** A device takes no program in any mode that the configuration allows. */
  | 'CANNOT_ATTACH'
  /** The configuration lies where it cannot be written. */
  | 'READ_ONLY_SOURCE'
  /** Named by a user, but not there. */
  | 'NOT_FOUND'
  /** What is asked for stands against what is. */
  | 'CONFLICT'
  /** No process runs the instance, or it does not answer. */
  | 'NOT_RUNNING'
  /** A program of the system that this one calls is missing or failed. */
  | 'SYSTEM'

/** What an operator can mend. The message says what, and what to do. */
export class LbError extends Error {
  override readonly name = 'LbError'
  readonly code: LbErrorCode

  constructor(code: LbErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
