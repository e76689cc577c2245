import type { Link } from 'netlink-ts'
import type { LinkFacts, RouteFacts, Snapshot } from '../src/snapshot/types.ts'
import { summarizeRoutes } from '../src/snapshot/summarize.ts'

/** A device; hardware, unless something else is said. */
export function link(index: number, name: string, more: Partial<LinkFacts> = {}): LinkFacts {
  return { index, name, altNames: [], type: 'ether', flags: ['UP', 'MULTICAST'], address: '02:00:00:00:00:01', ...more }
}

export const lo: LinkFacts = link(1, 'lo', { type: 'loopback', flags: ['UP', 'LOOPBACK'] satisfies Link['flags'] })

/** A unicast route; in the main table, unless something else is said. */
export function route(index: number, destination: string, more: Partial<RouteFacts> = {}): RouteFacts {
  const family = destination.includes(':') ? 'ipv6' : 'ipv4'
  return { family, destination, type: 'unicast', table: 254, index, ...more }
}

export function host(
  links: readonly LinkFacts[],
  routes: readonly RouteFacts[],
  addresses: Snapshot['addresses'] = [],
): Snapshot {
  return { links, routes: summarizeRoutes(routes), addresses }
}
