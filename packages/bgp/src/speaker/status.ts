import type { Family } from '../wire/family.ts'
import type { StateName } from '../session/state.ts'

/** What went wrong last, in words. */
export interface LastError {
  readonly what: string
  /** Ms of the wall clock. */
  readonly at: number
}

/** What is agreed with a peer. */
export interface Agreed {
  readonly holdTime: number
  readonly routerId: string
  readonly families: readonly Family[]
  readonly as4: boolean
  readonly routeRefresh: boolean
  readonly enhancedRefresh: boolean
  readonly extendedNextHop: boolean
  /** The peer keeps our routes while we restart, if it is done in this many seconds. */
  readonly gracefulRestart?: number | undefined
}

/** The path to a peer, as BFD knows it. */
export interface PathStatus {
  /** RFC 5880's states. */
  readonly state: 'adminDown' | 'down' | 'init' | 'up'
  /** Since when, why, and how fast a cut is seen. */
  readonly text: string
  /** How often it was up and went down. */
  readonly downs: number
}

/** How a peer is. */
export interface PeerStatus {
  readonly name: string
  /** As it is configured; where it is to be learnt, as it was. */
  readonly address: string
  readonly asn: number
  readonly state: StateName
  /** Since when it is in this state; ms of the wall clock. */
  readonly since: number
  /** How often a session that was up has ended. */
  readonly flaps: number
  readonly lastError?: LastError | undefined
  readonly local?: string | undefined
  readonly agreed?: Agreed | undefined
  /** Prefixes that the peer has been told of, and that wait. */
  readonly advertised: Readonly<Record<Family, number>>
  readonly pending: number
  readonly received: Readonly<Record<Family, number>>
  /** Updates with an error that did not end the session (RFC 7606). */
  readonly badUpdates: number
  /** Absent where BFD does not watch the path, or whoever asks does not know. */
  readonly bfd?: PathStatus | undefined
}

/** Something that happened, for a log. */
export interface SpeakerEvent {
  readonly peer: string
  readonly what: string
  readonly error: boolean
}
