/** `ROOT`: what it may not do without being root. `NODE`: which node this is cannot be told. */
export type AgentErrorCode = 'ROOT' | 'NODE' | 'NO_BPFFS' | 'NOT_FOUND'

/** The agent cannot do what it is asked; the message says what to do next. */
export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: AgentErrorCode

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
