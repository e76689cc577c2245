import type { ErrorCode, WireError } from '../wire/error.ts'
import type { Message } from '../wire/decode.ts'
import type { Family } from '../wire/family.ts'
import type { Open } from '../wire/open/open.ts'
import type { RouteRefresh } from '../wire/route-refresh.ts'
import type { DecodedUpdate } from '../wire/update.ts'
import type { Negotiated } from './negotiate.ts'

/** RFC 4271's states. `active`: waiting for the peer, or for the next try. */
export type StateName = 'idle' | 'connect' | 'active' | 'open-sent' | 'open-confirm' | 'established'

/** Who opened a connection: we (`out`) or the peer (`in`). There may be one of each until one is dropped. */
export type Way = 'out' | 'in'

export type Phase = 'open-sent' | 'open-confirm' | 'established'

/** A connection that is open. */
export interface Connection {
  readonly phase: Phase
  /** Since the peer's OPEN. */
  readonly negotiated?: Negotiated | undefined
}

/** A session's state: a value. */
export interface SessionState {
  readonly enabled: boolean
  /** We have just restarted, and say so in OPEN. */
  readonly restarting: boolean
  /** A try to connect is under way. */
  readonly connecting: boolean
  readonly out?: Connection | undefined
  readonly in?: Connection | undefined
  /** Families whose routes from the peer are kept while it restarts. */
  readonly kept: readonly Family[]
}

export type TimerName =
  | 'connect-retry'
  | 'hold-out'
  | 'hold-in'
  | 'keepalive-out'
  | 'keepalive-in'
  | 'restart'
  | 'stale'

export type SessionEvent =
  /** `restarting`: the peer has kept our routes, and forwarding goes on. */
  | { readonly event: 'start'; readonly restarting?: boolean | undefined }
  /** `notification` absent: connections are closed without a word, so that the peer keeps our routes (RFC 4724). */
  | {
      readonly event: 'stop'
      readonly why: string
      readonly notification?: ErrorCode | undefined
      readonly error?: boolean
    }
  /** End the session with this, and begin anew. */
  | { readonly event: 'reset'; readonly why: string; readonly notification: ErrorCode }
  /** A TCP connection is open. */
  | { readonly event: 'connected'; readonly way: Way }
  | { readonly event: 'connect-failed'; readonly why: string }
  | { readonly event: 'closed'; readonly way: Way; readonly why: string }
  | { readonly event: 'message'; readonly way: Way; readonly message: Message }
  /** What came cannot be read, and the session has to end. */
  | { readonly event: 'broken'; readonly way: Way; readonly error: WireError }
  | { readonly event: 'timer'; readonly timer: TimerName }
  /** The peer has sent all its routes of this family. */
  | { readonly event: 'end-of-rib'; readonly family: Family }

/** What is to be done, in this order. */
export type SessionAction =
  | { readonly do: 'connect' }
  /** Give up the try to connect. */
  | { readonly do: 'abandon' }
  | { readonly do: 'send-open'; readonly way: Way; readonly open: Open }
  | { readonly do: 'send-keepalive'; readonly way: Way }
  | { readonly do: 'notify'; readonly way: Way; readonly notification: ErrorCode }
  | { readonly do: 'close'; readonly way: Way }
  /** Start, or start again. Times in ms. */
  | { readonly do: 'start-timer'; readonly timer: TimerName; readonly ms: number }
  | { readonly do: 'stop-timer'; readonly timer: TimerName }
  | { readonly do: 'up'; readonly way: Way; readonly negotiated: Negotiated }
  /** The session is over; routes of the families in `keep` stay for now. */
  | { readonly do: 'down'; readonly keep: readonly Family[] }
  /** Drop the peer's routes of these families that have not been sent again. */
  | { readonly do: 'flush'; readonly families: readonly Family[] }
  | { readonly do: 'update'; readonly update: DecodedUpdate }
  | { readonly do: 'refresh'; readonly refresh: RouteRefresh }
  /** For the operator: what happened, in words. */
  | { readonly do: 'tell'; readonly what: string; readonly error: boolean }

/** What came of an event. */
export interface Stepped {
  readonly state: SessionState
  readonly actions: readonly SessionAction[]
}

export const initialState: SessionState = { enabled: false, restarting: false, connecting: false, kept: [] }

/** The state by RFC 4271's name: that of the connection which has come farthest. */
export function nameOf(state: SessionState): StateName {
  for (const phase of ['established', 'open-confirm', 'open-sent'] as const)
    if (state.out?.phase === phase || state.in?.phase === phase) return phase
  if (!state.enabled) return 'idle'
  return state.connecting ? 'connect' : 'active'
}

/** The connection whose session is up. */
export function establishedWay(state: SessionState): Way | undefined {
  return (['out', 'in'] as const).find((way) => state[way]?.phase === 'established')
}

/**
 * Whether a connection that the peer opens takes the place of one that it opened before: it does while that one's session
 * is not up, or where the peer can restart (RFC 4724, section 4.2).
 */
export function givesWay(connection: Connection): boolean {
  return connection.phase !== 'established' || connection.negotiated?.gracefulRestart !== undefined
}
