import { suggest } from '@skep/config-file'
import type { Config, Service } from '../config/config.ts'
import { LbError } from '@skep/lb-engine'
import { type Drained, type Drains, keyOf } from './drain.ts'

/** Messages have their limits. */
const MOST_NAMED = 50

/** Which backend of which service. */
export interface Place {
  readonly service: string
  /** `10.1.0.11:8080` */
  readonly backend: string
}

/** The drains with one more; the one that is there begins anew. Throws `NOT_FOUND` for what the configuration has not. Pure. */
export function drained(
  config: Config,
  drains: Drains,
  place: Place,
  timeoutSeconds: number | null,
  now: Date,
): Drains {
  requireBackend(config, place)
  const until = timeoutSeconds === null ? null : new Date(now.getTime() + 1000 * timeoutSeconds).toISOString()
  const one: Drained = { ...place, since: now.toISOString(), until, ended: false }
  return { ...drains, drained: [...drains.drained.filter((other) => !isAt(place)(other)), one] }
}

/** The drains without one. Throws `NOT_FOUND` where it is not drained. Pure. */
export function undrained(config: Config, drains: Drains, place: Place): Drains {
  requireBackend(config, place)
  const rest = drains.drained.filter((one) => !isAt(place)(one))
  if (rest.length < drains.drained.length) return { ...drains, drained: rest }
  throw new LbError('NOT_FOUND', `backend ${place.backend} of service ${place.service} is not drained`)
}

/** Whether a drain is about this backend. */
export function isAt({ service, backend }: Place): (one: Place) => boolean {
  return (one) => one.service === service && one.backend === backend
}

/** Throws `NOT_FOUND`, with what was probably meant. */
export function requireBackend({ services }: Config, { service, backend }: Place): void {
  const found = services.find(({ name }) => name === service)
  if (found === undefined)
    throw missing(
      'service',
      service,
      services.slice(0, MOST_NAMED).map(({ name }) => name),
    )
  const keys = backendsOf(found)
  if (!keys.includes(backend)) throw missing(`backend of service ${service}`, backend, keys.slice(0, MOST_NAMED))
}

function backendsOf({ backends }: Service): string[] {
  return backends.map(keyOf)
}

function missing(what: string, value: string, known: readonly string[]): LbError {
  return new LbError('NOT_FOUND', `${JSON.stringify(value)} is no ${what}; ${suggest(value, known)}`)
}
