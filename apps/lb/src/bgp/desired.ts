import {
  type Announcement,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
  type RouteAttributes,
} from '@skep/bgp'
import { formatFrontend } from '@skep/lb-maps'
import type { Config, Service } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { family } from '../config/family.ts'
import type { Bgp, ServiceBgp } from './config.ts'
import { countUsable } from './usable.ts'

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
  /** Backends' addresses that nothing can be sent to, each with the reason. */
  readonly unreachable: ReadonlyMap<string, string>
  /** Frontends, `192.0.2.10:80/TCP`, that the tables do not serve, each with the reason. */
  readonly unserved: ReadonlyMap<string, string>
}

/** The routes that a configuration asks for, and those that it does not, with the reason. Pure. */
export function desiredRoutes(weighed: Weighed, circumstances: Circumstances): DesiredRoute[] {
  const { bgp, services } = weighed
  return bgp === undefined ? [] : services.flatMap((service) => routesOf(weighed, bgp, service, circumstances))
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

function routesOf(weighed: Weighed, bgp: Bgp, service: Service, circumstances: Circumstances): DesiredRoute[] {
  const mixes = wayOf(weighed, service) === 'ipip'
  return [...new Set(service.frontends.map(({ address }) => address))].map((address) => {
    const able = service.backends.filter((backend) => mixes || family(backend.address) === family(address))
    const prefix = prefixOf(address)
    return { prefix, service: service.name, ...fateOf(address, circumstances, bgp, { ...service, backends: able }) }
  })
}

function prefixOf(address: string): string {
  return `${address}/${family(address) === 4 ? 32 : 128}`
}

/** What becomes of an address, with the backends that can serve it. */
function fateOf(
  address: string,
  { leaving, told, unreachable, unserved }: Circumstances,
  bgp: Bgp,
  service: Service,
): Pick<DesiredRoute, 'state' | 'why' | 'carries'> {
  const own = service.bgp ?? { communities: [] }
  const goes = leaving.has(address)
  if (!goes && !isChosen(bgp, service))
    return { state: 'withheld', why: 'spec.bgp.services does not name the service', carries: own }
  const wasTold = told.has(prefixOf(address))
  const count = countUsable(service, { wasTold, unreachable })
  const why = `${count.text}${goes ? '; the address is leaving the configuration' : ''}`
  const lacking = service.frontends
    .filter((one) => one.address === address)
    .map(formatFrontend)
    .find((one) => unserved.has(one))
  if (lacking !== undefined)
    return { state: 'withheld', why: `the tables do not serve ${lacking}: ${unserved.get(lacking)}`, carries: own }
  if (count.usable === 0) return { state: 'withheld', why, carries: own }
  if (!goes) return { state: 'announced', why, carries: own }
  return {
    state: 'draining',
    why,
    carries: { ...own, localPref: 0, communities: [...own.communities, GRACEFUL_SHUTDOWN] },
  }
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
