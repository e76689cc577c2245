/** The companion ended before it could be spoken to. */
export type CompanionErrorCode = 'NOT_STARTED'

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
