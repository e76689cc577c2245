import type { Family } from '../wire/family.ts'

/** What a session is to be. Times are in seconds. */
export interface SessionConfig {
  readonly localAsn: number
  readonly peerAsn: number
  /** Our router id, like `10.0.0.1`. */
  readonly identifier: string
  /** 0 for none, or 3 to 65535; the lower of both sides' counts. */
  readonly holdTime: number
  /** How long until the next try to connect; a quarter less at most, by chance. */
  readonly connectRetry: number
  /** Wait for the peer to connect. */
  readonly passive: boolean
  readonly families: readonly Family[]
  /** Offer IPv4 prefixes with an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: boolean
  /** How long our peer may keep our routes while we restart (RFC 4724), and we keep its; absent: neither. */
  readonly gracefulRestart?: number | undefined
}

export const defaultSession: Omit<SessionConfig, 'localAsn' | 'peerAsn' | 'identifier'> = {
  holdTime: 90,
  connectRetry: 10,
  passive: false,
  families: ['ipv4', 'ipv6'],
  extendedNextHop: false,
}

/** RFC 4271, section 8.2.2: while no hold time is agreed. */
export const LARGE_HOLD_SECONDS = 240

/** How long routes of a peer that is back may stay without it saying that all are sent. */
export const STALE_SECONDS = 360
