import type { Config, Service } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { family } from '../config/rules.ts'
import { isChosen } from './desired.ts'

/** Frontends that are no longer asked for, and served until routers have turned away. */
export interface Leaving {
  /** As it was, with those frontends alone. */
  readonly service: Service
  /** Ms since 1970. */
  readonly until: number
}

/** Who leaves, once `after` takes the place of `before`. An address that any frontend still has does not leave. */
export function leavingAfter(
  before: Config | undefined,
  after: Config,
  leaving: readonly Leaving[],
  now: number,
): Leaving[] {
  const { bgp } = after
  if (bgp === undefined) return []
  const kept = new Set(after.services.flatMap(({ frontends }) => frontends.map(({ address }) => address)))
  const gone = ({ frontends }: Service) => frontends.filter(({ address }) => !kept.has(address))
  const known = leaving
    .filter(({ until }) => until > now)
    .map(({ service, until }) => ({ service: { ...service, frontends: gone(service) }, until }))
  const announced = (before?.services ?? []).filter(
    (service) => before?.bgp !== undefined && isChosen(before.bgp, service),
  )
  const fresh = announced.map((service) => ({
    service: { ...service, frontends: gone(service) },
    until: now + 1000 * bgp.drainSeconds,
  }))
  return [...known, ...fresh].filter(({ service, until }) => service.frontends.length > 0 && until > now)
}

/** The configuration as it is carried out: with those that leave. */
export function withLeaving(config: Config, leaving: readonly Leaving[]): Config {
  const services = leaving.reduce<readonly Service[]>((all, { service }) => {
    if (!all.some(({ name }) => name === service.name)) return [...all, service]
    return all.map((one) => (one.name === service.name ? joined(config, one, service) : one))
  }, config.services)
  const bgp = config.bgp && withServices(config.bgp, leaving)
  return leaving.length === 0 ? config : { ...config, services, bgp }
}

/** A family that leaves whole takes its backends with it; until it has left, they serve. */
function joined(config: Config, one: Service, leaving: Service): Service {
  const families = new Set(one.backends.map(({ address }) => family(address)))
  const needed = wayOf(config, one) === 'ipip' ? [] : leaving.backends
  const backends = needed.filter(({ address }) => !families.has(family(address)))
  return { ...one, frontends: [...one.frontends, ...leaving.frontends], backends: [...one.backends, ...backends] }
}

function withServices(bgp: NonNullable<Config['bgp']>, leaving: readonly Leaving[]): Config['bgp'] {
  if (bgp.services === 'all') return bgp
  return { ...bgp, services: [...new Set([...bgp.services, ...leaving.map(({ service }) => service.name)])] }
}

/** The addresses that leave. */
export function leavingAddresses(leaving: readonly Leaving[]): Set<string> {
  return new Set(leaving.flatMap(({ service }) => service.frontends.map(({ address }) => address)))
}
