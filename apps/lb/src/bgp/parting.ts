import { placeOf } from '@skep/bgp/fields'
import type { Bgp, BgpPeer } from './config.ts'
import { identityOf, type Spoken } from './record.ts'

/** A router that has left the configuration: it is told to take other ways, and left when it had the time to. */
export interface Parting {
  readonly peer: BgpPeer
  /** Ms since 1970. */
  readonly until: number
}

/**
 * Who is still to be left, now that `bgp` is wanted. Not one that is wanted again or whose address another peer has; nor any
 * where who we are has changed: all sessions begin anew then.
 */
export function partingPeers(before: Spoken | undefined, bgp: Bgp, now: number): Parting[] {
  if (before === undefined || identityOf(before.bgp) !== identityOf(bgp)) return []
  const known = before.parting ?? []
  const until = now + 1000 * bgp.drainSeconds
  const fresh = before.bgp.peers.map((peer) => ({ peer, until }))
  const isWanted = (peer: BgpPeer): boolean =>
    bgp.peers.some((other) => other.name === peer.name || placeOf(other) === placeOf(peer))
  return [...known, ...fresh].filter((one) => one.until > now && !isWanted(one.peer))
}
