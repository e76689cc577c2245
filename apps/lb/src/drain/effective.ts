import type { Backend, Config, Service } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { type Drained, type Drains, keyOf, type Leaving } from './drain.ts'

/** The configuration as it is to be carried out: who is drained is in maintenance, who leaves is still a member. */
export function withDrains(config: Config, { drained, leaving }: Drains): Config {
  if (drained.length === 0 && leaving.length === 0) return config
  const out = new Map(drained.map((one) => [placeOf(one.service, one.backend), one]))
  const left = Map.groupBy(leaving, ({ service }) => service)
  const services = config.services.map((service) => {
    const fateOf = fates(config, service)
    const backends = service.backends.map((backend): Backend => {
      const drain = out.get(placeOf(service.name, keyOf(backend)))
      return drain ? { ...backend, state: 'maintenance', ...fateOf(drain) } : backend
    })
    const stay = (left.get(service.name) ?? []).filter((one) => one.ended !== true || fateOf(one).fate !== undefined)
    return { ...service, backends: [...backends, ...stay.map((one) => ({ ...leavingBackend(one), ...fateOf(one) }))] }
  })
  return { ...config, services }
}

/** What is due now, and when something is due next. */
export interface Due {
  /** Backends whose time is over: their connections end. */
  readonly over: readonly (Drained | Leaving)[]
  /** Milliseconds since 1970; `undefined`: nothing is due ever. */
  readonly next: number | undefined
}

/** Looks at the clock. Pure. */
export function dueAt({ drained, leaving }: Drains, now: Date): Due {
  const timed = [...drained, ...leaving].filter((one) => one.until !== null && one.ended !== true)
  const at = ({ until }: Drained | Leaving) => Date.parse(until!)
  const later = timed.filter((one) => at(one) > now.getTime()).map(at)
  return {
    over: timed.filter((one) => at(one) <= now.getTime()),
    next: later.length === 0 ? undefined : Math.min(...later),
  }
}

function leavingBackend({ address, port }: Leaving): Backend {
  return { address, port, weight: 0, state: 'maintenance' }
}

/**
 * What becomes of those whose time is over. Translated connections have been ended one by one; slots and records, which
 * tell where the others go, need to hear that the backend is gone.
 */
function fates(config: Config, service: Service): (one: Drained | Leaving) => Pick<Backend, 'fate'> {
  const areTold = wayOf(config, service) !== 'snat' || service.sessionAffinity !== undefined
  return ({ ended }) => (areTold && ended === true ? { fate: 'gone' } : {})
}

function placeOf(service: string, backend: string): string {
  return `${service} ${backend}`
}
