export type SockLbErrorCode =
  /** What was asked for cannot be right, or the maps have no room for it; `problems` has all of it. */
  | 'INVALID'
  /** The cgroup is gone, or is none. */
  | 'CGROUP'
  /** What is pinned is not what this package pins. */
  | 'LAYOUT'

/** Thrown by this package. */
export class SockLbError extends Error {
  override readonly name = 'SockLbError'
  readonly code: SockLbErrorCode
  readonly operation: string

  constructor(code: SockLbErrorCode, operation: string, message: string, cause?: unknown) {
    super(`${operation}: ${message}`, cause === undefined ? {} : { cause })
    this.code = code
    this.operation = operation
  }
}
