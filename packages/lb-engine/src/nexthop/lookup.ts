import { NetlinkError, type Netlink } from 'netlink-ts'
import type { Route } from './resolve.ts'
import type { RouteDomain } from './vrf.ts'

/**
 * Asks the kernel which way a packet to the address goes. Equivalent to: `ip route get <address> [oif <vrf>]`. Of several
 * domains the first one that has a route decides.
 */
export function routeLookup(
  netlink: Netlink,
  nameOf: (index: number) => string,
  domains: readonly RouteDomain[] = [undefined],
): (address: string) => Route | Error {
  return (address) => {
    let why = new Error('there is none')
    for (const domain of domains) {
      const route = routeIn(netlink, address, domain)
      if (!(route instanceof Error)) return { ...route, device: nameOf(route.index) }
      if (domain === domains[0]) why = route
    }
    return why
  }
}

function routeIn(netlink: Netlink, address: string, vrf: RouteDomain): Omit<Route, 'device'> | Error {
  try {
    const route = netlink.route.get(vrf === undefined ? address : { destination: address, oif: vrf })
    if (route?.index === undefined) return new Error('there is none')
    return { index: route.index, gateway: route.via, source: route.source, local: route.type === 'local' }
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'REFUSED') return error
    throw error
  }
}
