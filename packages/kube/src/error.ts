export type KubeErrorCode =
  /** A kubeconfig, or what a pod should find about its cluster, cannot be used. */
  | 'CONFIGURATION'
  /** The API server cannot be reached, or the connection broke. */
  | 'UNREACHABLE'
  /** The API server said no; `status` has its HTTP status. */
  | 'REFUSED'
  /** What the watch should go on from is too old for the API server. */
  | 'EXPIRED'
  /** What came is not what the API promises. */
  | 'MALFORMED'
  /** Nothing came for too long. */
  | 'SILENT'
  /** Somebody else has changed the object since, again and again. */
  | 'CONFLICT'
  /** A folder of YAML cannot be read. */
  | 'FOLDER'
  /** It was ended by its owner. */
  | 'CLOSED'

export interface KubeErrorOptions extends ErrorOptions {
  /** HTTP status. */
  readonly status?: number | undefined
  /** How long the API server wants to be left alone. */
  readonly retryAfterMs?: number | undefined
}

/** Thrown by this package. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  readonly code: KubeErrorCode
  readonly operation: string
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: KubeErrorCode, operation: string, message: string, options: KubeErrorOptions = {}) {
    super(`${operation}: ${message}`, options)
    this.code = code
    this.operation = operation
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}
