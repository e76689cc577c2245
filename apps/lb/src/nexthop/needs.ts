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

const nothing: Needs = { source: false, onLink: false, replies: false }

/** By backend address, for all backends of a configuration. */
export function backendNeeds(config: Config): ReadonlyMap<string, Needs> {
  const spread = new Set(tunnelFamilies(config))
  const needs = new Map<string, Needs>()
  for (const service of config.services) {
    const way = wayOf(config, service)
    for (const { address } of service.backends) {
      const before = needs.get(address) ?? nothing
      needs.set(address, {
        source: before.source || way === 'snat' || (way === 'ipip' && !spread.has(family(address))),
        onLink: before.onLink || way === 'l2',
        replies: before.replies || way === 'snat',
      })
    }
  }
  return needs
}
