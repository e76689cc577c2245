/** `NOT_RUNNING`: nobody answers there. `IN_USE`: somebody else does. `REFUSED`: it does not do what it was asked. */
export type ControlErrorCode = 'NOT_RUNNING' | 'IN_USE' | 'REFUSED'

/** What went wrong between a command and the daemon that it asks. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  readonly code: ControlErrorCode

  constructor(code: ControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
