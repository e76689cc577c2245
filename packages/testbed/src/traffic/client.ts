import type { Answer } from './report.ts'

/** What a client is given. */
export interface ClientHooks {
  /** A connection was opened. */
  connected(): void
}

/** Makes requests of one protocol. Each lane has one request under way at a time. */
export interface Client {
  /** Resolves with the server's answer; rejects with {@link RequestFailure}, within the time-out. */
  request(lane: number): Promise<Answer>
  /** Closes what was kept. */
  close(): void
}

/** The code of a system error, or its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
