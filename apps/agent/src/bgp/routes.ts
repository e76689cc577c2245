import { type AddressPool, aggregate, type Announcement, type RouteAttributes } from '@skep/bgp'
import type { Node } from '@skep/kube'
import { compareAddresses, formatCidr, parseAddress } from '@skep/packet'
import type { Frontend } from '@skep/services'
import type { WhyNot } from '../outside/served.ts'

/** A route without its owner. */
export type Wanted = Omit<Announcement, 'owner'>

/** The node's own part of the pods' addresses. Pure. */
export function podRoutes(node: Node | undefined): Wanted[] {
  const prefixes = node?.spec.podCIDRs ?? []
  return prefixes.length === 0 ? [] : [{ reason: `pods of node ${node!.metadata.name}`, prefixes }]
}

/** What is announced of services, and what is not although somebody answers for it. */
export interface ServiceRoutes {
  readonly routes: readonly Wanted[]
  /** A line each, with the reason. */
  readonly withheld: readonly string[]
}

/**
 * Addresses of LoadBalancer services that somebody answers for: with `externalTrafficPolicy: Local` endpoints of this node,
 * else any. How an address is announced its pool says. What packets from outside are not served at, at any of its ports,
 * is withheld: who follows a route here is to find somebody. Pure.
 */
export function serviceRoutes(
  frontends: Iterable<Frontend>,
  pools: readonly AddressPool[],
  whyNot: WhyNot = () => undefined,
): ServiceRoutes {
  const served = new Map<string, string>()
  const left = new Map<string, string>()
  for (const frontend of frontends) {
    const { kind, scope, address, service, members } = frontend
    if (kind !== 'LoadBalancer' || scope !== 'external' || !members.some(({ weight }) => weight > 0)) continue
    const reason = whyNot(frontend)
    if (reason === undefined) served.set(address, service)
    else left.set(address, `${address} of ${service} is not announced: ${reason}`)
  }
  return {
    routes: [...served].flatMap(([address, service]) => routesOf(address, service, poolOf(address, pools))),
    withheld: [...left].flatMap(([address, line]) => (served.has(address) ? [] : [line])),
  }
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
