import type { PeerStatus, Speaker } from '@skep/bgp'
import type { Bgp } from './config.ts'
import { type DesiredRoute, reasonOf } from './desired.ts'
import type { Parting } from './parting.ts'

/** The sessions with routers, and what becomes of each service address. */
export interface BgpReport {
  readonly asn: number
  readonly routerId: string
  /** Why what is asked for is not carried out. */
  readonly problem: string | null
  readonly peers: readonly BgpPeerRow[]
  readonly routes: readonly BgpRouteRow[]
}

export interface BgpPeerRow {
  readonly name: string
  readonly address: string
  readonly asn: number
  /** It has left the configuration, and is told to take other ways until its time has come. */
  readonly leaving: boolean
  /** RFC 4271's word. */
  readonly state: string
  /** ISO 8601: in this state. */
  readonly since: string
  /** Prefixes that it has been told of. */
  readonly advertised: number
  /** How often a session that was up has ended. */
  readonly flaps: number
  /** It keeps the routes for so many seconds while nobody speaks with it; `null`: it does not. */
  readonly gracefulRestart: number | null
  readonly bfd: string | null
  readonly lastError: string | null
}

export interface BgpRouteRow {
  readonly prefix: string
  readonly service: string
  readonly state: 'announced' | 'draining' | 'withheld'
  readonly why: string
  readonly med: number | null
  readonly localPref: number | null
  readonly communities: readonly string[]
  readonly peers: readonly { readonly peer: string; readonly announced: boolean; readonly why: string }[]
}

/** What a report is made of. */
export interface Reported {
  readonly bgp: Bgp
  readonly routes: readonly DesiredRoute[]
  readonly parting?: readonly Parting[] | undefined
  readonly speaker: Speaker | undefined
  readonly problem: string | undefined
  readonly paths: ReadonlyMap<string, string>
}

export function bgpReport({ bgp, routes, parting = [], speaker, problem, paths }: Reported): BgpReport {
  const leaving = new Set(parting.map(({ peer }) => peer.name))
  return {
    asn: bgp.asn,
    routerId: bgp.routerId,
    problem: problem ?? null,
    peers: (speaker?.peers() ?? []).map((peer) => ({ ...peerRow(peer, paths), leaving: leaving.has(peer.name) })),
    routes: routes.map((route) => routeRow(route, speaker)),
  }
}

function peerRow(peer: PeerStatus, paths: ReadonlyMap<string, string>): Omit<BgpPeerRow, 'leaving'> {
  const { name, address, asn, state, since, advertised, flaps, agreed, lastError } = peer
  return {
    name,
    address,
    asn,
    state,
    since: new Date(since).toISOString(),
    advertised: advertised.ipv4 + advertised.ipv6,
    flaps,
    gracefulRestart: agreed?.gracefulRestart ?? null,
    bfd: paths.get(name) ?? null,
    lastError: lastError?.what ?? null,
  }
}

function routeRow({ prefix, service, state, why, carries }: DesiredRoute, speaker: Speaker | undefined): BgpRouteRow {
  const { med = null, localPref = null, communities } = carries
  const known = speaker?.explain(prefix).find(({ reason }) => reason === reasonOf(service))
  return {
    prefix,
    service,
    state,
    why,
    med,
    localPref,
    communities,
    peers: (known?.verdicts ?? []).map(({ peer, announced, why: because }) => ({ peer, announced, why: because })),
  }
}
