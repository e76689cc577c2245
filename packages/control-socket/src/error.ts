export type ControlErrorCode =
  /** Nobody answers there. */
  | 'NOT_RUNNING'
  /** Somebody else does. */
  | 'IN_USE'
  /** It does not do what it was asked. */
  | 'REFUSED'
  /** Something else lies where the socket is to be. */
  | 'NOT_A_SOCKET'
  /** The kernel takes no path that is so long. */
  | 'PATH_TOO_LONG'

/** What went wrong between a command and the daemon that it asks. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  readonly code: ControlErrorCode

  constructor(code: ControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
