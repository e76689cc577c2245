import type { Read } from '@skep/companion'
import type { StateName } from '../wire/control-packet.ts'
import type { SessionReport } from '../speak/report.ts'
import type { SessionOptions } from '../speak/session-config.ts'
import type { KnownSessions } from '../speak/speaker.ts'

/** What the control plane says. One JSON object a line. */
export type ToProcess =
  /** All that is wanted. `known`: what the process before knew, when it was killed. */
  | {
      readonly type: 'desired'
      readonly sessions: readonly SessionOptions[]
      readonly known?: KnownSessions | undefined
    }
  /** All reports, with counters as they are now. */
  | { readonly type: 'ask' }
  /** End. `handover`: another one goes on at once, so no peer is told. Understood by every release. */
  | { readonly type: 'stop'; readonly handover: boolean }

/** What the BFD process says. */
export type FromProcess =
  /** First on every connection. Type, release and pid are understood by every release. */
  | {
      readonly type: 'hello'
      readonly release: string
      readonly pid: number
      /** How it is scheduled, in words. */
      readonly runs: string
      readonly sessions: readonly SessionReport[]
    }
  /** Every session, after an `ask` or when what is wanted has changed. */
  | { readonly type: 'all'; readonly sessions: readonly SessionReport[] }
  | { readonly type: 'changed'; readonly session: SessionReport; readonly from: StateName }
  /** What was wanted cannot be, and nothing was done. */
  | { readonly type: 'refused'; readonly message: string }

export function readToProcess(line: string): Read<ToProcess> {
  return read(line, ['desired', 'ask', 'stop'])
}

export function readFromProcess(line: string): Read<FromProcess> {
  return read(line, ['hello', 'all', 'changed', 'refused'])
}

/** Both ends are of one release, on a socket that only its owner may use: the values are as they were written. */
function read<T extends { readonly type: string }>(line: string, types: readonly T['type'][]): Read<T> {
  try {
    const message = JSON.parse(line) as T | null
    if (message !== null && types.includes(message.type)) return { message }
    return { wrong: `not a message: ${line.slice(0, 80)}` }
  } catch (error) {
    return { wrong: `not JSON: ${(error as Error).message}` }
  }
}
