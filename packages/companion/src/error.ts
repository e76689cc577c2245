export type CompanionErrorCode =
  /** The companion ended before it could be spoken to. */
  | 'NOT_STARTED'
  /** Something else lies where a socket is to be. */
  | 'NOT_A_SOCKET'

/** Thrown by this package. */
export class CompanionError extends Error {
  override readonly name = 'CompanionError'
  readonly code: CompanionErrorCode
  readonly operation: string
  /** The message without the operation. */
  readonly problem: string

  constructor(code: CompanionErrorCode, operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options)
    this.code = code
    this.operation = operation
    this.problem = message
  }
}
