import type { Backend, Config } from '../config/config.ts'
import { type Drained, type Drains, keyOf, type Leaving } from './drain.ts'

/** The configuration as it is to be carried out: who is drained is in maintenance, who leaves is still a member. */
export function withDrains(config: Config, { drained, leaving }: Drains): Config {
  if (drained.length === 0 && leaving.length === 0) return config
  const out = new Set(drained.map(({ service, backend }) => placeOf(service, backend)))
  const gone = Map.groupBy(leaving, ({ service }) => service)
  const services = config.services.map((service) => ({
    ...service,
    backends: [
      ...service.backends.map((backend): Backend =>
        out.has(placeOf(service.name, keyOf(backend))) ? { ...backend, state: 'maintenance' } : backend,
      ),
      ...(gone.get(service.name) ?? []).map(leavingBackend),
    ],
  }))
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
  const timed = [...drained, ...leaving].filter((one) => one.until !== null && !('ended' in one && one.ended))
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

function placeOf(service: string, backend: string): string {
  return `${service} ${backend}`
}
