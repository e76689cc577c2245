export type VrrpErrorCode =
  /** A value that no virtual router can have. */
  | 'INVALID_INPUT'
  /** The speaker is closed. */
  | 'CLOSED'

/** Thrown by this package. */
export class VrrpError extends Error {
  override readonly name = 'VrrpError'
  readonly code: VrrpErrorCode
  readonly operation: string

  constructor(code: VrrpErrorCode, operation: string, message: string) {
    super(`${operation}: ${message}`)
    this.code = code
    this.operation = operation
  }
}
