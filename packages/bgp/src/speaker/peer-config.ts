import type { Labels } from '../rib/selector.ts'
import { defaultSession, type SessionConfig } from '../session/config.ts'
import type { Family } from '../wire/family.ts'
import type { Hops, Target } from './transport.ts'

/** A neighbour. Times in s. */
export interface PeerConfig {
  /** What it is called in selectors and for whoever looks. */
  readonly name: string
  /** Or {@link LEARNT}: the link-local address by which the router on `device` makes itself known (an unnumbered peer). */
  readonly address: string
  readonly asn: number
  /** Default 179. */
  readonly port?: number | undefined
  /** Ours in this session; default: the speaker's. */
  readonly localAsn?: number | undefined
  /** Our router id in this session; default: the speaker's. */
  readonly routerId?: string | undefined
  readonly labels?: Labels | undefined
  readonly passive?: boolean | undefined
  readonly holdTime?: number | undefined
  readonly connectRetry?: number | undefined
  readonly families?: readonly Family[] | undefined
  /** IPv4 prefixes may have an IPv6 next hop (RFC 8950). Default: only of a peer whose address is learnt. */
  readonly extendedNextHop?: boolean | undefined
  /** How long the peer may keep our routes while we restart, and we keep its: 1–4095 s (RFC 4724). */
  readonly gracefulRestart?: number | undefined
  readonly password?: string | undefined
  readonly sourceAddress?: string | undefined
  /** The device that the session goes by; a link-local address needs it. */
  readonly device?: string | undefined
  /** Routers between us and the peer of another AS may be as many as this less one: 2–255. */
  readonly multihop?: number | undefined
  /** GTSM (RFC 5082): the peer is at most so many hops away, and sends with 255. */
  readonly ttlSecurity?: number | undefined
  /** Our addresses as next hops, in place of the session's. */
  readonly nextHops?: { readonly ipv4?: string | undefined; readonly ipv6?: string | undefined } | undefined
  /** The session ends when the peer sends more of a family. Default 100,000. */
  readonly maxPrefixes?: number | undefined
  /** The path is watched by BFD; whoever runs BFD sees to that ({@link BfdTie}). */
  readonly bfd?: PeerBfd | undefined
}

/** How a peer's path is watched. */
export interface PeerBfd {
  /** Time between packets, both ways, in ms. Default 300. */
  readonly intervalMs?: number | undefined
  /** So many missing packets, and the path counts as cut. Default 3. */
  readonly multiplier?: number | undefined
}

/** An address that is learnt from router advertisements. */
export const LEARNT = 'auto'
export const DEFAULT_PORT = 179
export const DEFAULT_MAX_PREFIXES = 100_000

/** Who we are. */
export interface Local {
  readonly asn: number
  readonly routerId: string
}

export function sessionOf(peer: PeerConfig, local: Local): SessionConfig {
  return {
    localAsn: peer.localAsn ?? local.asn,
    peerAsn: peer.asn,
    identifier: peer.routerId ?? local.routerId,
    holdTime: peer.holdTime ?? defaultSession.holdTime,
    connectRetry: peer.connectRetry ?? defaultSession.connectRetry,
    passive: peer.passive ?? defaultSession.passive,
    families: peer.families ?? defaultSession.families,
    extendedNextHop: peer.extendedNextHop ?? (peer.address === LEARNT || defaultSession.extendedNextHop),
    gracefulRestart: peer.gracefulRestart,
  }
}

/** A neighbour in another AS is one hop away, unless it is said otherwise. */
export function hopsOf(peer: PeerConfig, local: Local): Hops {
  const { ttlSecurity, multihop } = peer
  if (ttlSecurity !== undefined) return { hops: 255, minHops: 256 - ttlSecurity }
  if (multihop !== undefined) return { hops: multihop }
  return (peer.localAsn ?? local.asn) === peer.asn ? {} : { hops: 1 }
}

/** `address`: where the peer is. */
export function targetOf(peer: PeerConfig, address: string, local: Local): Target {
  const { port = DEFAULT_PORT, sourceAddress: source, device, password } = peer
  return { address, port, source, device, password, ...hopsOf(peer, local) }
}
