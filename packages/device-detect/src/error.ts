export type DetectErrorCode =
  /** An entry of a selection that no device could match. */
  | 'INVALID_SELECTION'
  /** A value that is none of those there are. */
  | 'INVALID_INPUT'

/** Thrown by this package. */
export class DetectError extends Error {
  override readonly name = 'DetectError'
  readonly code: DetectErrorCode
  readonly operation: string

  constructor(code: DetectErrorCode, operation: string, message: string) {
    super(`${operation}: ${message}`)
    this.code = code
    this.operation = operation
  }
}
