import type { Refusal } from '../objects/parse.ts'

/** What following one kind does right now. */
export type FollowState =
  /** Asks for all objects. */
  | 'listing'
  /** Is told of every change. */
  | 'watching'
  /** Something went wrong; it is tried again soon. */
  | 'waiting'
  /** Was closed. */
  | 'ended'

/** An object that cannot be read as it is now. */
export interface Refused extends Refusal {
  /** Whether an earlier state of it is still in use. */
  readonly kept: boolean
}

/** How following one kind goes. Times are milliseconds since 1970. */
export interface FollowStatus {
  readonly kind: string
  readonly state: FollowState
  readonly synced: boolean
  readonly objects: number
  /** When the source last said anything. The state is at least as new as that. */
  readonly lastContactAt?: number
  /** When an object last changed, came or went. */
  readonly lastEventAt?: number
  /** Since when the source cannot be followed. */
  readonly lostSince?: number
  /** When it is tried again. */
  readonly nextTryAt?: number
  /** What went wrong last, and what to do about it; gone when it goes on. */
  readonly error?: string
  /** The first hundred objects that cannot be read as they are now. */
  readonly refused: readonly Refused[]
  readonly counts: FollowCounts
}

/** What has happened since the start. */
export interface FollowCounts {
  readonly lists: number
  /** How long the last whole list took, in milliseconds. */
  readonly listMs: number
  readonly watches: number
  /** Watches and lists that did not end as they should, by reason. */
  readonly restarts: Readonly<Partial<Record<RestartReason, number>>>
  readonly events: number
  readonly bytes: number
  /** Objects that could not be read, each time that they came. */
  readonly parseErrors: number
}

/** Why following had to start again. */
export type RestartReason = 'unreachable' | 'refused' | 'throttled' | 'expired' | 'malformed' | 'silent'
