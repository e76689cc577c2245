import { formatPath } from '../wire/attributes/as-path.ts'
import { formatCommunity, formatExtendedCommunity, formatLargeCommunity } from '../wire/community-text.ts'
import type { RouteAttributes, Scope } from './route.ts'

/** Attributes in one line: `med 5, communities 65000:1 no-export`; empty where all is as usual. */
export function formatAttributes(attributes: RouteAttributes): string {
  const { origin, asPath, nextHop, med, localPref, communities, largeCommunities, extendedCommunities } = attributes
  const all = [
    ...(communities ?? []).map(formatCommunity),
    ...(largeCommunities ?? []).map(formatLargeCommunity),
    ...(extendedCommunities ?? []).map(formatExtendedCommunity),
  ]
  const parts = [
    origin !== undefined && `origin ${origin}`,
    asPath !== undefined && `AS path ${formatPath(asPath)}`,
    nextHop !== undefined && `next hop ${nextHop}`,
    med !== undefined && `MED ${med}`,
    localPref !== undefined && `local preference ${localPref}`,
    all.length > 0 && `communities ${all.join(' ')}`,
    attributes.atomicAggregate && 'atomic aggregate',
    attributes.aggregator && `aggregator ${attributes.aggregator.asn} ${attributes.aggregator.address}`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** For whom a route is: `for peers tor-1`; empty for all. */
export function formatScope({ peers, nodes }: Scope): string {
  const parts = [
    peers && `for peers ${peers.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' ')}`,
    nodes && nodes.length > 0 && `on nodes ${nodes.map((one) => JSON.stringify(one)).join(' ')}`,
  ]
  return parts.filter(Boolean).join(', ')
}
