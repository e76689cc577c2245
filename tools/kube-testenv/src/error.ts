/** What kind of trouble the test environment had. */
export type KubeTestEnvErrorCode =
  /** kube-apiserver and its like are not there, and cannot be made. */
  | 'NOT_BUILT'
  /** A program of the control plane ended, or is not ready in time. */
  | 'NOT_RUNNING'
  /** The API server answered with a status that says no; `status` tells which. */
  | 'REFUSED'
  /** The API server did not answer. */
  | 'UNREACHABLE'
  /** What was awaited did not come. */
  | 'TIMEOUT'
  | 'INVALID_INPUT'

/** The one error of this package: `message` says what was tried, what came of it and what to do next. */
export class KubeTestEnvError extends Error {
  override readonly name = 'KubeTestEnvError'
  readonly code: KubeTestEnvErrorCode
  /** What was being done: `start kube-apiserver`, `POST /api/v1/nodes`. */
  readonly operation: string
  /** The HTTP status, where the API server answered. */
  readonly status: number | undefined

  constructor(
    code: KubeTestEnvErrorCode,
    operation: string,
    trouble: string,
    options: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(`${operation}: ${trouble}`, options)
    this.code = code
    this.operation = operation
    this.status = options.status
  }
}
