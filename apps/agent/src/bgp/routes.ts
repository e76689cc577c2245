import { type AddressPool, aggregate, type Announcement, type RouteAttributes } from '@skep/bgp'
import type { Node } from '@skep/kube'
import { compareAddresses, formatCidr, parseAddress } from '@skep/packet'
import type { Frontend } from '@skep/services'

/** A route without its owner. */
export type Wanted = Omit<Announcement, 'owner'>

/** The node's own part of the pods' addresses. Pure. */
export function podRoutes(node: Node | undefined): Wanted[] {
  const prefixes = node?.spec.podCIDRs ?? []
  return prefixes.length === 0 ? [] : [{ reason: `pods of node ${node!.metadata.name}`, prefixes }]
}

/**
 * Addresses of LoadBalancer services that somebody answers for: with `externalTrafficPolicy: Local` endpoints of this node,
 * else any. How an address is announced its pool says. Pure.
 */
export function serviceRoutes(frontends: Iterable<Frontend>, pools: readonly AddressPool[]): Wanted[] {
  const served = new Map<string, string>()
  for (const { kind, scope, address, service, members } of frontends)
    if (kind === 'LoadBalancer' && scope === 'external' && members.some(({ weight }) => weight > 0))
      served.set(address, service)
  return [...served].flatMap(([address, service]) => routesOf(address, service, poolOf(address, pools)))
}

function routesOf(address: string, service: string, pool: AddressPool | undefined): Wanted[] {
  const reason = `service ${service}`
  const whole = { aggregation: {}, attributes: {} as RouteAttributes, peers: undefined }
  const { advertisements = [whole] } = pool ?? {}
  return (advertisements.length === 0 ? [whole] : advertisements).map(({ aggregation, attributes, peers }) => ({
    reason,
    prefixes: [formatCidr(aggregate(wholeOf(address), aggregation))],
    attributes,
    ...(peers && { scope: { peers } }),
  }))
}

function wholeOf(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`
}

function poolOf(address: string, pools: readonly AddressPool[]): AddressPool | undefined {
  const at = parseAddress(address)
  const isIn = ({ first, last }: { first: string; last: string }): boolean => {
    const [from, to] = [parseAddress(first), parseAddress(last)]
    return from.family === at.family && compareAddresses(from, at) <= 0 && compareAddresses(at, to) <= 0
  }
  return pools.find(({ ranges }) => ranges.some(isIn))
}
