import type { Config, Service } from '../config/config.ts'
import { type Drains, keyOf, type Leaving } from './drain.ts'

const FORGOTTEN_AFTER_MS = 60_000

/**
 * What is drained once `after` follows `before`: backends that were taken out and have time left begin to leave, those
 * that came back stay, and drains of what is no longer there are forgotten. Pure.
 */
export function drainsAfter(before: Config | undefined, after: Config, drains: Drains, now: Date): Drains {
  const old = new Map(before?.services.map((service) => [service.name, service]))
  const present = new Map(after.services.map(({ name, backends }) => [name, new Set(backends.map(keyOf))]))
  const has = (service: string, backend: string) => present.get(service)?.has(backend) ?? false
  const begun = after.services.flatMap((service) => leaves(old.get(service.name), service, now))
  const still = drains.leaving.filter(
    (one) => present.has(one.service) && !has(one.service, keyOf(one)) && !isForgotten(one, now),
  )
  const known = new Set(still.map((one) => `${one.service} ${keyOf(one)}`))
  return {
    drained: drains.drained.filter(({ service, backend }) => has(service, backend)),
    leaving: [...still, ...begun.filter((one) => !known.has(`${one.service} ${keyOf(one)}`))],
  }
}

/** What has ended long ago is in no table any more. */
function isForgotten({ ended, until }: Leaving, now: Date): boolean {
  return ended === true && Date.parse(until) + FORGOTTEN_AFTER_MS < now.getTime()
}

/** The time is that of the configuration that has the backend no more. */
function leaves(before: Service | undefined, after: Service, now: Date): Leaving[] {
  const { drain } = after
  if (before === undefined || drain === undefined) return []
  const stay = new Set(after.backends.map(keyOf))
  const until = new Date(now.getTime() + 1000 * drain.timeoutSeconds).toISOString()
  return before.backends
    .filter((backend) => !stay.has(keyOf(backend)))
    .map(({ address, port }) => ({ service: after.name, address, port, since: now.toISOString(), until }))
}
