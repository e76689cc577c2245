import type { Config, Frontend, Service } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { family } from '../config/family.ts'
import type { Bgp } from './config.ts'
import { isChosen } from './desired.ts'

/** Addresses that are no longer to be announced, and are served until routers have turned away. */
export interface Leaving {
  /** As it was, with the frontends at those addresses alone. */
  readonly service: Service
  /** Ms since 1970. */
  readonly until: number
}

/** Who leaves, once `after` takes the place of `before`. An address that is announced for any service does not leave. */
export function leavingAfter(
  before: Config | undefined,
  after: Config,
  leaving: readonly Leaving[],
  now: number,
): Leaving[] {
  const bgp = after.bgp ?? before?.bgp
  const kept = new Set(announced(after, after.bgp).flatMap(({ frontends }) => frontends.map(({ address }) => address)))
  const known = without(kept, leaving)
  const fresh = announced(before, before?.bgp).map((service) => ({
    service,
    until: now + 1000 * (bgp?.drainSeconds ?? 0),
  }))
  const all = [...known, ...without(leavingAddresses(known), without(kept, fresh))]
  return all.filter(({ until }) => until > now)
}

/** The configuration as it is carried out: with those that leave, where nobody else serves them. */
export function withLeaving(config: Config, leaving: readonly Leaving[]): Config {
  if (leaving.length === 0) return config
  const served = new Set(config.services.flatMap(({ frontends }) => frontends.map(keyOf)))
  const services = leaving.reduce<readonly Service[]>((all, { service }) => {
    const frontends = service.frontends.filter((frontend) => !served.has(keyOf(frontend)))
    if (frontends.length === 0) return all
    const alone = { ...service, frontends }
    if (!all.some(({ name }) => name === service.name)) return [...all, alone]
    return all.map((one) => (one.name === service.name ? joined(config, one, alone) : one))
  }, config.services)
  return { ...config, services }
}

/** The addresses that leave. */
export function leavingAddresses(leaving: readonly Leaving[]): Set<string> {
  return new Set(leaving.flatMap(({ service }) => service.frontends.map(({ address }) => address)))
}

function announced(config: Config | undefined, bgp: Bgp | undefined): readonly Service[] {
  return bgp === undefined ? [] : (config?.services ?? []).filter((service) => isChosen(bgp, service))
}

/** Those that have other addresses, with these alone. */
function without(addresses: ReadonlySet<string>, leaving: readonly Leaving[]): Leaving[] {
  return leaving.flatMap(({ service, until }) => {
    const frontends = service.frontends.filter(({ address }) => !addresses.has(address))
    return frontends.length === 0 ? [] : [{ service: { ...service, frontends }, until }]
  })
}

function keyOf({ address, port, protocol }: Frontend): string {
  return `${address} ${port} ${protocol}`
}

/** A family that leaves whole takes its backends with it; until it has left, they serve. */
function joined(config: Config, one: Service, leaving: Service): Service {
  const families = new Set(one.backends.map(({ address }) => family(address)))
  const needed = wayOf(config, one) === 'ipip' ? [] : leaving.backends
  const backends = needed.filter(({ address }) => !families.has(family(address)))
  return { ...one, frontends: [...one.frontends, ...leaving.frontends], backends: [...one.backends, ...backends] }
}
