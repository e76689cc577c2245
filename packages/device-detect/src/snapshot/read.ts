import type { Family, Netlink } from 'netlink-ts'
import { summarizeRoutes } from './summarize.ts'
import type { AddressFacts, LinkFacts, RouteSummary, Snapshot } from './types.ts'

/** What is read. */
export interface ReadOptions {
  /** Routes of these families count. Default both. */
  readonly families?: readonly Family[] | undefined
}

type Reader = Pick<Netlink, 'link' | 'route' | 'address' | 'nexthop'>

/** Reads a network namespace. Takes no rights. Equivalent to `ip -d link; ip address; ip route show table all; ip nexthop`. Linux 5.3. */
export function readSnapshot(netlink: Reader, options: ReadOptions = {}): Snapshot {
  return { links: readLinks(netlink), routes: readRoutes(netlink, options), addresses: readAddresses(netlink) }
}

/** The devices alone: cheap, also where there are many routes. */
export function readLinks(netlink: Pick<Reader, 'link'>): LinkFacts[] {
  return [...netlink.link.list({ statistics: false })]
}

/** The routes alone, folded while they are read. */
export function readRoutes(netlink: Pick<Reader, 'route' | 'nexthop'>, { families }: ReadOptions = {}): RouteSummary[] {
  const objects = new Map(netlink.nexthop.list().map((object) => [object.id, object]))
  const routes = netlink.route.list({ table: 'all' })
  return summarizeRoutes(families ? routes.filter(({ family }) => families.includes(family)) : routes, objects)
}

/** The addresses alone. */
export function readAddresses(netlink: Pick<Reader, 'address'>): AddressFacts[] {
  return [...netlink.address.list()]
}
