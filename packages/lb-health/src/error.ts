export type HealthErrorCode =
  /** The health process ended before it could be spoken to. */
  | 'NOT_STARTED'
  /** The connection was closed, by `close` or `stop`. */
  | 'CLOSED'

/** Thrown by this package. */
export class HealthError extends Error {
  override readonly name = 'HealthError'
  readonly code: HealthErrorCode
  readonly operation: string

  constructor(code: HealthErrorCode, operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options)
    this.code = code
    this.operation = operation
  }
}
