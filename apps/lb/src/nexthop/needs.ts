import type { Config } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { family } from '../config/rules.ts'
import { tunnelFamilies } from '../datapath/tunnel.ts'

/** What the services of a backend ask of the way to it. */
export interface Needs {
  /** An own address that packets to it carry. */
  readonly source: boolean
  /** It shares a link with the load balancer: nothing but its MAC address tells the way. */
  readonly onLink: boolean
  /** Its replies come back through the load balancer. */
  readonly replies: boolean
}

const kinds: readonly Needs[] = Array.from({ length: 8 }, (_, bits) => ({
  source: (bits & 4) !== 0,
  onLink: (bits & 2) !== 0,
  replies: (bits & 1) !== 0,
}))
const nothing = kind(false, false, false)
/** Also of a backend that nothing is known of. */
export const translation: Needs = kind(true, false, true)

/** By backend address, for all backends of a configuration; where all services translate, all need the same. */
export function backendNeeds(config: Config): (address: string) => Needs {
  const areAllTranslated = config.services.every((service) => wayOf(config, service) === 'snat')
  if (areAllTranslated) return () => translation
  const needs = needsByAddress(config)
  return (address) => needs.get(address) ?? translation
}

function needsByAddress(config: Config): ReadonlyMap<string, Needs> {
  const spread = new Set(tunnelFamilies(config))
  const needs = new Map<string, Needs>()
  for (const service of config.services) {
    const way = wayOf(config, service)
    for (const { address } of service.backends) {
      const before = needs.get(address) ?? nothing
      const source = before.source || way === 'snat' || (way === 'ipip' && !spread.has(family(address)))
      needs.set(address, kind(source, before.onLink || way === 'l2', before.replies || way === 'snat'))
    }
  }
  return needs
}

/** Needs are few, backends may be many. */
function kind(source: boolean, onLink: boolean, replies: boolean): Needs {
  return kinds[(source ? 4 : 0) + (onLink ? 2 : 0) + (replies ? 1 : 0)]!
}
