/** What kind of trouble the testbed had. */
export type TestbedErrorCode =
  | 'INVALID_TOPOLOGY'
  | 'SETUP_FAILED'
  | 'NO_SUCH_HOST'
  | 'NO_SUCH_DEVICE'
  | 'COMMAND_FAILED'
  | 'NOT_READY'
  | 'INVALID_TRAFFIC'
  | 'SERVER_FAILED'
  | 'CAPTURE_FAILED'
  | 'GOLDEN_MISMATCH'
  | 'LEAK'

/** The one error of this package: `message` says what was tried, what came of it and what to do next. */
export class TestbedError extends Error {
  override readonly name = 'TestbedError'
  readonly code: TestbedErrorCode
  /** What was being done, like `host client: curl -s http://10.0.0.1/`. */
  readonly operation: string

  constructor(code: TestbedErrorCode, operation: string, trouble: string, options?: ErrorOptions) {
    super(`${operation}: ${trouble}`, options)
    this.code = code
    this.operation = operation
  }
}
