import type { Labels } from '../rib/selector.ts'

/** What decides how routes look to one peer. */
export interface PeerView {
  readonly name: string
  readonly labels: Labels
  /** Labels of the node that we run on. */
  readonly nodeLabels: Labels
  readonly localAsn: number
  /** The peer is of another AS. */
  readonly external: boolean
  readonly as4: boolean
  readonly extendedNextHop: boolean
  /** Our addresses as next hops; a family may have none. */
  readonly nextHops: OwnNextHops
  /** Everything is about to go: all routes carry GRACEFUL_SHUTDOWN (RFC 8326). */
  readonly draining: boolean
}

export interface OwnNextHops {
  readonly ipv4?: string | undefined
  readonly ipv6?: string | undefined
}
