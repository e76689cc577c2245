import { type Netlink, NetlinkError, type Route } from 'netlink-ts'

/**
 * What Linux does otherwise than one may think where the route to an address has several next hops, in words. A forwarding
 * host's IPv6 routes ask nobody whether next hops answer; nexthop groups do (`nexthop_select_path`).
 */
export function multipathNote(route: Pick<Route, 'family' | 'nexthops' | 'nexthopId'>): string | null {
  if (route.family !== 'ipv6' || route.nexthopId !== undefined || (route.nexthops?.length ?? 0) < 2) return null
  return 'Linux goes on sending by next hops of an IPv6 route that do not answer, and avoids those of a nexthop group: ip nexthop add id 10 group 1/2, ip -6 route replace … nhid 10'
}

/** The same of the route that the kernel's tables have. */
export function multipathNoteTo(netlink: Pick<Netlink, 'route'>, destination: string): string | null {
  try {
    const route = netlink.route.get({ destination, fibMatch: true })
    return route === undefined ? null : multipathNote(route)
  } catch (error) {
    if (error instanceof NetlinkError && (error.code === 'REFUSED' || error.code === 'NOT_FOUND')) return null
    throw error
  }
}
