export type BgpErrorCode =
  /** A value that nothing can be announced with. */
  | 'INVALID_INPUT'
  /** No peer of this name. */
  | 'NO_SUCH_PEER'
  /** The address or port cannot be listened on. */
  | 'LISTEN'

/** Thrown by this package, but for what comes over the wire. */
export class BgpError extends Error {
  override readonly name = 'BgpError'
  readonly code: BgpErrorCode
  readonly operation: string

  constructor(code: BgpErrorCode, operation: string, message: string, cause?: unknown) {
    super(`${operation}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.operation = operation
  }
}
