import { backendKey } from '@skep/lb-health'
import { openInstance } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { serviceStatuses } from '../status/services.ts'
import type { Check } from './checks.ts'

/** Whether the tables send new connections to a backend; `undefined` for one that they do not have. */
export type Served = (frontend: string, backend: string) => boolean | undefined

/** What the tables of an installed instance say. */
export function servedInTables(paths: InstancePaths): Served {
  using open = openInstance(paths)
  const services = open ? serviceStatuses(open.maps, open.tables.memberCounters, new Map()) : []
  const slots = new Map(
    services.flatMap(({ frontend, members }) => members.map((one) => [`${frontend} ${one.backend}`, one.slots])),
  )
  return (frontend, backend) => {
    const found = slots.get(`${frontend} ${backend}`)
    return found === undefined ? undefined : found > 0
  }
}

/** The checks, with each backend counting as what the tables have it as, until its first result. */
export function startingAs(checks: readonly Check[], served: Served): Check[] {
  return checks.map((check) => ({
    ...check,
    backends: check.backends.map((backend) => {
      const known = check.frontends.flatMap((frontend) => served(frontend, backendKey(backend)) ?? [])
      return known.length === 0 ? backend : { ...backend, initial: known.includes(true) ? 'up' : 'down' }
    }),
  }))
}
