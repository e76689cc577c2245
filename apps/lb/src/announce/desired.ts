import { OWNER_PRIORITY, type RouterConfig } from '@skep/vrrp'
import type { Config, Service } from '../config/config.ts'
import { family } from '../config/family.ts'
import type { VrrpGroup } from './config.ts'
import type { DesiredRouter } from './router.ts'

export function familyName(v: 4 | 6): 'IPv4' | 'IPv6' {
  return v === 4 ? 'IPv4' : 'IPv6'
}

/** The addresses that a group announces, of one family, each once. */
export function addressesOf(config: Pick<Config, 'services'>, group: VrrpGroup, v: 4 | 6): string[] {
  return [...new Set(servicesOf(config, group).flatMap((service) => ofFamily(service, v)))]
}

/** The virtual routers that a configuration asks for, whose backends have the weights that the tables have. Pure. */
export function desiredRouters(weighed: Pick<Config, 'services' | 'announce'>): DesiredRouter[] {
  const groups = weighed.announce?.vrrp ?? []
  return groups.flatMap((group) => ([4, 6] as const).flatMap((v) => routerOf(weighed, group, v)))
}

function routerOf(weighed: Pick<Config, 'services'>, group: VrrpGroup, v: 4 | 6): DesiredRouter[] {
  const addresses = addressesOf(weighed, group, v)
  if (addresses.length === 0) return []
  const services = servicesOf(weighed, group).filter((service) => ofFamily(service, v).length > 0)
  const failed = services.filter((service) => !isUsable(service, v)).map(({ name }) => name)
  const usable = new Set(services.filter((service) => isUsable(service, v)).flatMap((one) => ofFamily(one, v)))
  const priority = lowered(group, failed.length)
  return [
    {
      device: group.device,
      config: configOf(group, v, { priority, addresses }),
      announced: addresses.filter((address) => usable.has(address)),
      withheld: usable.size === 0 ? `no service has a usable backend (${failed.join(', ')})` : undefined,
      notes: notesOf(group, priority, failed),
    },
  ]
}

/** An owner of addresses has one priority only (RFC 9568, 5.2.4). */
function lowered({ priority, track }: VrrpGroup, failed: number): number {
  if (priority === OWNER_PRIORITY) return priority
  return Math.max(1, priority - track.decrement * failed)
}

function notesOf({ priority: own }: VrrpGroup, priority: number, failed: readonly string[]): string[] {
  if (failed.length === 0) return []
  const less = priority === own ? '' : `priority lowered from ${own} to ${priority}: `
  return [`${less}no usable backend: ${failed.join(', ')}`]
}

function configOf(group: VrrpGroup, v: 4 | 6, more: Pick<RouterConfig, 'priority' | 'addresses'>): RouterConfig {
  const own = (all: readonly string[]) => all.filter((address) => family(address) === v)
  const { repeat, refreshRepeat, delaySeconds, refreshSeconds } = group.garp
  return {
    ...more,
    id: group.id,
    family: v === 4 ? 'ipv4' : 'ipv6',
    interval: Math.round(100 * group.advertisementSeconds),
    preempt: group.preempt,
    preemptDelayMs: 1000 * group.preemptDelaySeconds,
    // XDP takes what is for a service before the host would; the host has none of the addresses.
    acceptMode: false,
    source: own(group.sources)[0] ?? '',
    peers: own(group.peers),
    checksum: group.checksum,
    repeats: { repeat, refreshRepeat, delayMs: 1000 * delaySeconds, refreshMs: 1000 * refreshSeconds },
  }
}

function servicesOf({ services }: Pick<Config, 'services'>, { services: chosen }: VrrpGroup): readonly Service[] {
  return chosen === 'all' ? services : services.filter(({ name }) => chosen.includes(name))
}

function ofFamily({ frontends }: Service, v: 4 | 6): string[] {
  return frontends.map(({ address }) => address).filter((address) => family(address) === v)
}

function isUsable({ backends }: Service, v: 4 | 6): boolean {
  return backends.some(({ address, weight }) => weight > 0 && family(address) === v)
}
