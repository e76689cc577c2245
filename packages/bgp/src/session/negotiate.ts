import { ErrorKind, OpenError } from '../wire/codes.ts'
import type { AfiSafi, Family } from '../wire/family.ts'
import { afiOf, familyOf, UNICAST } from '../wire/family.ts'
import type { Open } from '../wire/open/open.ts'
import { WireError } from '../wire/error.ts'
import type { SessionConfig } from './config.ts'

/** What both sides of a session have agreed on. */
export interface Negotiated {
  readonly peer: Open
  readonly families: readonly Family[]
  /** AS numbers have four octets in messages. */
  readonly as4: boolean
  /** The peer is of another AS. */
  readonly external: boolean
  readonly routeRefresh: boolean
  readonly enhancedRefresh: boolean
  /** IPv4 prefixes may have an IPv6 next hop. */
  readonly extendedNextHop: boolean
  /** Seconds; 0: none. */
  readonly holdTime: number
  /** What the peer does about restarts, where both sides have offered it. */
  readonly gracefulRestart?: PeerRestart | undefined
}

/** A peer that can restart without its routes going. */
export interface PeerRestart {
  /** How long its routes are kept, in s. */
  readonly seconds: number
  /** It has just restarted. */
  readonly restarting: boolean
  /** Families whose routes it wants kept. */
  readonly families: readonly Family[]
  /** Those in which it has gone on forwarding. */
  readonly forwarding: readonly Family[]
}

/**
 * What we offer. `restarting`: we have just restarted. What forwards is not this process, so that it has gone on in any
 * case.
 */
export function openFor(config: SessionConfig, restarting: boolean): Open {
  const multiprotocol = config.families.map(afiSafi)
  const seconds = config.gracefulRestart
  return {
    asn: config.localAsn,
    holdTime: config.holdTime,
    identifier: config.identifier,
    capabilities: {
      multiprotocol,
      routeRefresh: true,
      enhancedRouteRefresh: true,
      as4: config.localAsn,
      ...(config.extendedNextHop && { extendedNextHop: [afiSafi('ipv4')] }),
      ...(seconds !== undefined && {
        gracefulRestart: {
          restarting,
          seconds,
          families: multiprotocol.map((one) => ({ ...one, forwarding: true })),
        },
      }),
    },
  }
}

/** What the peer's OPEN makes of our offer. Throws {@link WireError} with what the NOTIFICATION says. */
export function negotiate(config: SessionConfig, peer: Open): Negotiated {
  if (peer.asn !== config.peerAsn)
    throw refusal(
      OpenError.badPeerAs,
      `the peer says that it is AS ${peer.asn}, and AS ${config.peerAsn} is configured`,
    )
  const external = config.localAsn !== config.peerAsn
  if (!external && peer.identifier === config.identifier)
    throw refusal(OpenError.badIdentifier, `the peer has our own router id, ${peer.identifier}`)
  const { capabilities } = peer
  const theirs = capabilities.multiprotocol.length === 0 ? [afiSafi('ipv4')] : capabilities.multiprotocol
  const families = config.families.filter((family) => includes(theirs, family))
  if (families.length === 0)
    throw refusal(
      OpenError.unsupportedCapability,
      `no address family is both sides'; ours: ${config.families.join(', ')}`,
    )
  return {
    peer,
    families,
    external,
    as4: capabilities.as4 !== undefined,
    routeRefresh: capabilities.routeRefresh === true,
    enhancedRefresh: capabilities.enhancedRouteRefresh === true,
    extendedNextHop: config.extendedNextHop && includes(capabilities.extendedNextHop ?? [], 'ipv4'),
    holdTime: Math.min(config.holdTime, peer.holdTime),
    gracefulRestart: peerRestart(config, peer, families),
  }
}

function peerRestart(config: SessionConfig, peer: Open, agreed: readonly Family[]): PeerRestart | undefined {
  const theirs = peer.capabilities.gracefulRestart
  if (config.gracefulRestart === undefined || theirs === undefined) return undefined
  const { seconds, restarting } = theirs
  const known = theirs.families.flatMap(({ afi, safi, forwarding }) => {
    const family = familyOf(afi, safi)
    return family !== undefined && agreed.includes(family) ? [{ family, forwarding }] : []
  })
  const forwarding = known.flatMap((one) => (one.forwarding ? [one.family] : []))
  return { seconds, restarting, families: known.map(({ family }) => family), forwarding }
}

function afiSafi(family: Family): AfiSafi {
  return { afi: afiOf(family), safi: UNICAST }
}

function includes(offered: readonly AfiSafi[], family: Family): boolean {
  return offered.some(({ afi, safi }) => familyOf(afi, safi) === family)
}

function refusal(subcode: number, message: string): WireError {
  return new WireError('OPEN', message, { code: ErrorKind.open, subcode })
}
