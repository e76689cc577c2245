import { NetlinkError, type Neighbor, type Netlink } from 'netlink-ts'
import type { RouteDomain } from '@skep/lb-engine'

/** The way of packets to an address, as the kernel has it now. */
export interface Way {
  readonly device: string
  readonly index: number
  /** The gateway, or the address itself where it is on the link. */
  readonly nextHop: string
  /** The next hop's MAC address; `null` where it is not resolved. */
  readonly mac: string | null
  /** As `ip neigh` names it; `null` where there is no entry. */
  readonly neighbor: string | null
  readonly mtu: number
  /** The device needs no neighbours, like a tunnel. */
  readonly pointToPoint: boolean
  /** It leads to this host itself. */
  readonly local: boolean
}

/** Why there is no way: what the route says, by the kernel's error. */
export interface NoWay {
  readonly reason: 'none' | 'blackhole' | 'unreachable' | 'prohibit'
  readonly message: string
}

const reasons: Readonly<Record<string, NoWay['reason']>> = {
  EINVAL: 'blackhole',
  EHOSTUNREACH: 'unreachable',
  EACCES: 'prohibit',
}

/**
 * Asks for the route to an address, and whether its next hop is resolved. Sends nothing. Of several domains the first one that
 * has a route decides.
 */
export function findWay(
  netlink: Netlink,
  destination: string,
  domains: readonly RouteDomain[] = [undefined],
): Way | NoWay {
  const ways = domains.values().map((domain) => wayIn(netlink, destination, domain))
  const [first = { reason: 'none', message: `no route to ${destination}` }, ...others] = ways
  return 'reason' in first ? (others.find((way) => !('reason' in way)) ?? first) : first
}

function wayIn(netlink: Netlink, destination: string, vrf: RouteDomain): Way | NoWay {
  try {
    const route = netlink.route.get(vrf === undefined ? destination : { destination, oif: vrf })
    if (route?.index === undefined) return { reason: 'none', message: `no route to ${destination}` }
    const link = netlink.link.get({ index: route.index })
    const nextHop = route.via ?? destination
    const neighbor = netlink.neighbor.get({ index: route.index, address: nextHop })
    return {
      device: link?.name ?? `device ${route.index}`,
      index: route.index,
      nextHop,
      mac: isUsable(neighbor) ? (neighbor?.lladdr ?? null) : null,
      neighbor: neighbor === undefined ? null : String(neighbor.state),
      mtu: route.metrics?.mtu ?? link?.mtu ?? 0,
      pointToPoint: link?.flags.includes('NOARP') ?? false,
      local: route.type === 'local',
    }
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'REFUSED') throw error
    const { errno } = error.cause as { errno?: string }
    return { reason: reasons[errno ?? ''] ?? 'none', message: `the route to ${destination} refuses: ${error.message}` }
  }
}

/** NUD_VALID: what a route lookup of the datapath takes. */
function isUsable(neighbor: Neighbor | undefined): boolean {
  return ['reachable', 'stale', 'delay', 'probe', 'permanent', 'noarp'].includes(String(neighbor?.state))
}
