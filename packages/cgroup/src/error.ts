export type CgroupErrorCode =
  /** There is no root that is the host's; the message says what was found, and what to do. */
  | 'NO_HOST_ROOT'
  /** The cgroup that was asked for is none, or not the host's root. */
  | 'WRONG_ROOT'
  /** What was asked for cannot be right. */
  | 'INVALID'

/** Thrown by this package: one line for the trouble, then what was tried, a line each. */
export class CgroupError extends Error {
  override readonly name = 'CgroupError'
  readonly code: CgroupErrorCode
  readonly operation: string

  constructor(code: CgroupErrorCode, operation: string, lines: readonly string[], cause?: unknown) {
    super(`${operation}: ${lines.join('\n  ')}`, cause === undefined ? {} : { cause })
    this.code = code
    this.operation = operation
  }
}
