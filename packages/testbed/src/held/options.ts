/** TCP connections to open and keep, to a server that greets with its name and echoes (see `tcpEcho`). */
export interface HoldOptions {
  readonly address: string
  readonly port: number
  readonly connections: number
  /** For opening a connection and for each check of it. Default 5000. */
  readonly timeoutMs?: number
}

/** What became of kept connections. */
export interface HeldReport {
  readonly alive: number
  /** By the server that greeted, those that are alive. */
  readonly perServer: Readonly<Record<string, number>>
  /** Those that do not answer any more, once each. */
  readonly broken: readonly BrokenConnection[]
}

export interface BrokenConnection {
  /** The server that greeted; absent for one that never opened. */
  readonly server?: string
  readonly sourcePort?: number
  /** `ECONNRESET`, `timeout`, `closed early`, … */
  readonly reason: string
}
