import type { Backend, Service } from '../config/config.ts'

/** What the backends of an address are good for. */
export interface Usable {
  readonly usable: number
  /** How many of how many, and what hinders the others. */
  readonly text: string
}

/** What is known besides the configuration. */
export interface Known {
  /** The address was announced until now. */
  readonly wasTold: boolean
  /** By address: why nothing can be sent there. */
  readonly unreachable: ReadonlyMap<string, string>
}

/** How many of a service's backends would serve what comes by a route. */
export function countUsable(service: Service, known: Known): Usable {
  const { backends } = service
  if (backends.length === 0) return { usable: 0, text: 'no backend of this family' }
  const hindrances = backends.flatMap((backend) => hindrance(service, backend, known) ?? [])
  const usable = backends.length - hindrances.length
  const counts = [...Map.groupBy(hindrances, (text) => text)].map(([text, same]) => `${same.length} ${text}`)
  const rest = counts.length === 0 ? '' : `: ${counts.join(', ')}`
  return { usable, text: `${usable} of ${backends.length} backends usable${rest}` }
}

/**
 * Not one that is down, even where too few are up to believe the check: another load balancer may reach what this one
 * does not. What has not been checked yet counts as it did before. Where nothing is checked, the kernel knows whether
 * packets can be sent there at all.
 */
function hindrance(
  { healthCheck }: Service,
  { address, weight, state, checked = 'unknown' }: Backend,
  { wasTold, unreachable }: Known,
): string | undefined {
  if (healthCheck !== undefined && checked === 'down') return 'down'
  if (weight === 0) return state === 'active' ? 'with weight 0' : state
  if (healthCheck === undefined)
    return unreachable.has(address) ? `out of reach (${unreachable.get(address)})` : undefined
  return checked === 'up' || wasTold ? undefined : 'not checked yet'
}
