import {
  type Announcement,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
  type RouteAttributes,
} from '@skep/bgp'
import type { Backend, Config, Service } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { family } from '../config/rules.ts'
import type { Bgp, ServiceBgp } from './config.ts'

/** RFC 8326: take another way while this one still works. */
const GRACEFUL_SHUTDOWN = 'graceful-shutdown'

/** A service address, and whether it is to be announced for that service. */
export interface DesiredRoute {
  readonly prefix: string
  readonly service: string
  readonly state: 'announced' | 'draining' | 'withheld'
  /** In words. */
  readonly why: string
  /** With what it is announced, and to whom. */
  readonly carries: ServiceBgp
}

/** What the rules look at: the backends' weights are those that the tables have. */
export type Weighed = Pick<Config, 'services' | 'bgp' | 'mode' | 'dsr'>

/** What the rules know besides. */
export interface Circumstances {
  /** Addresses that are about to go. */
  readonly leaving: ReadonlySet<string>
  /** What routers were told until now, by this process or the one before: it stays while its checks have not answered. */
  readonly told: ReadonlySet<string>
}

/** The routes that a configuration asks for. Pure. */
export function desiredRoutes(weighed: Weighed, circumstances: Circumstances): DesiredRoute[] {
  const { bgp, services } = weighed
  if (bgp === undefined) return []
  return services
    .filter((service) => isChosen(bgp, service))
    .flatMap((service) => routesOf(weighed, service, circumstances))
}

/** The prefixes that routers are told of. */
export function toldOf(routes: readonly DesiredRoute[]): Set<string> {
  return new Set(routes.filter(({ state }) => state !== 'withheld').map(({ prefix }) => prefix))
}

/** The same as the speaker takes it. What several services announce is one route each: the prefix goes with the last. */
export function announcementsOf(routes: readonly DesiredRoute[]): Omit<Announcement, 'owner'>[] {
  return routes
    .filter(({ state }) => state !== 'withheld')
    .map(({ prefix, service, carries }) => ({
      prefixes: [prefix],
      reason: reasonOf(service),
      attributes: attributesOf(carries),
      scope: { peers: carries.peers },
    }))
}

/** What the speaker calls a service's routes. */
export function reasonOf(service: string): string {
  return `service ${service}`
}

/** What becomes of one address of a service, in words; `undefined`: it is not to be announced. */
export function explainRoute(routes: readonly DesiredRoute[], address: string): string | undefined {
  const own = routes.filter(({ prefix }) => prefix.split('/')[0] === address)
  const lines = own.map(({ service, state, why }) => `${state} for ${service} (${why})`)
  return lines.length === 0 ? undefined : `BGP: ${lines.join('; ')}`
}

/** Whether the addresses of the service are announced. */
export function isChosen({ services }: Bgp, { name }: Pick<Service, 'name'>): boolean {
  return services === 'all' || services.includes(name)
}

function routesOf(weighed: Weighed, service: Service, { leaving, told }: Circumstances): DesiredRoute[] {
  const own = service.bgp ?? { communities: [] }
  const mixes = wayOf(weighed, service) === 'ipip'
  return [...new Set(service.frontends.map(({ address }) => address))].map((address) => {
    const { name, backends } = service
    const able = backends.filter((backend) => mixes || family(backend.address) === family(address))
    const prefix = `${address}/${family(address) === 4 ? 32 : 128}`
    const usable = able.filter((backend) => isUsable(service, backend, told.has(prefix))).length
    const goes = leaving.has(address)
    return {
      prefix,
      service: name,
      state: usable === 0 ? 'withheld' : goes ? 'draining' : 'announced',
      why: `${usable} of ${able.length} backends usable${goes ? '; the address is leaving the configuration' : ''}`,
      carries: goes ? { ...own, localPref: 0, communities: [...own.communities, GRACEFUL_SHUTDOWN] } : own,
    }
  })
}

/**
 * Not one that is down, even where too few are up to believe the check: another load balancer may reach what this one
 * does not. What has not been checked yet counts as it did before.
 */
function isUsable({ healthCheck }: Service, { weight, checked = 'unknown' }: Backend, wasTold: boolean): boolean {
  if (weight === 0 || healthCheck === undefined) return weight > 0
  return checked === 'up' || (checked === 'unknown' && wasTold)
}

function attributesOf({ med, localPref, communities: texts }: ServiceBgp): RouteAttributes {
  const communities = texts.flatMap((text) => parseCommunity(text) ?? [])
  const largeCommunities = texts.flatMap((text) => parseLargeCommunity(text) ?? [])
  const extendedCommunities = texts.flatMap((text) => parseExtendedCommunity(text) ?? [])
  return {
    ...(med !== undefined && { med }),
    ...(localPref !== undefined && { localPref }),
    ...(communities.length > 0 && { communities }),
    ...(largeCommunities.length > 0 && { largeCommunities }),
    ...(extendedCommunities.length > 0 && { extendedCommunities }),
  }
}
