export type BfdErrorCode =
  /** A value that no session can have. */
  | 'INVALID_INPUT'
  /** The BFD process ended before it could be spoken to. */
  | 'NOT_STARTED'
  /** What was asked for needs something that is closed. */
  | 'CLOSED'

/** Thrown by this package. */
export class BfdError extends Error {
  override readonly name = 'BfdError'
  readonly code: BfdErrorCode
  readonly operation: string

  constructor(code: BfdErrorCode, operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options)
    this.code = code
    this.operation = operation
  }
}

/** The error for a wrong value: `BFD session with 10.0.0.2: multiplier: 0 is not right; write …`. */
export function wrong(operation: string, field: string, value: unknown, right: string): never {
  const shown = JSON.stringify(value) ?? String(value)
  throw new BfdError('INVALID_INPUT', operation, `${field}: ${shown} is not right; write ${right}`)
}
