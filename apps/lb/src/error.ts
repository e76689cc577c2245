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
