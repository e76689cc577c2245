import type { ControlPacket, StateName } from '../wire/control-packet.ts'

/** What the peer's last packet said. */
export interface RemoteState {
  /** 0: not known, or not heard of for a detection time. */
  readonly discriminator: number
  readonly state: StateName
  readonly diagnostic: number
  readonly multiplier: number
  readonly demand: boolean
  readonly controlPlaneIndependent: boolean
  /** In µs, like all intervals here. */
  readonly minRx: number
  readonly minTx: number
}

/** A session's state (RFC 5880, 6.8.1). Times are those of one monotonic clock, in ms; intervals are in µs. */
export interface SessionState {
  readonly name: StateName
  readonly since: number
  /** Why it came into this state, in words. */
  readonly why: string
  /** Why it was last down, for the peer. */
  readonly diagnostic: number
  readonly discriminator: number
  readonly remote: RemoteState
  /** What packets say now (`DesiredMinTxInterval`, `RequiredMinRxInterval`). */
  readonly said: Intervals
  /** What counts: until the peer has seen a change that could hurt (6.8.3), what it was before. */
  readonly used: Intervals
  readonly poll: Poll
  readonly sentAt?: number | undefined
  readonly heardAt?: number | undefined
  /** When the next packet is due. */
  readonly transmitAt?: number | undefined
  /** The interval that {@link transmitAt} was reckoned with, before jitter. */
  readonly transmitEvery?: number | undefined
  /** When the peer counts as gone. */
  readonly detectAt?: number | undefined
}

/**
 * Whether packets ask for an answer, until one comes (6.5). `again`: and once more after that, as something has changed
 * meanwhile. `due`: from the next but one packet on, or the two answers could not be told apart.
 */
export type Poll = 'no' | 'running' | 'again' | 'due'

export interface Intervals {
  readonly minTx: number
  readonly minRx: number
}

/** What happens to a session. */
export type SessionEvent =
  | { readonly event: 'heard'; readonly packet: ControlPacket }
  /** Its parameters are others. */
  | { readonly event: 'configured' }
  /** Time has passed. */
  | { readonly event: 'tick' }

/** What came of an event: packets to be sent at once, in this order. */
export interface Stepped {
  readonly state: SessionState
  readonly send: readonly ControlPacket[]
}

/** Where a step's time and jitter come from. */
export interface Moment {
  readonly now: number
  /** From 0 up to, but not, 1. */
  readonly random: () => number
}
