import { formatFrontend } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import { countOpenConnections } from '../status/open-connections.ts'
import { serviceStatuses } from '../status/services.ts'
import type { OpenInstance } from '@skep/lb-engine'
import { type Drains, keyOf } from './drain.ts'
import type { Place } from './operate.ts'

/** How far a drain is. */
export interface DrainProgress extends Place {
  /** `drained`: by an operator; `removed`: by the configuration, which has it no more. */
  readonly reason: 'drained' | 'removed'
  readonly since: string
  /** When its connections end; `null`: never. */
  readonly until: string | null
  /** They have been ended. */
  readonly ended: boolean
  /** Connections that are open. */
  readonly connections: number
}

/** All drains, with what is left of them. */
export function drainProgress(open: OpenInstance, config: Config, { drained, leaving }: Drains): DrainProgress[] {
  const count = counter(open, config)
  return [
    ...drained.map((one) => ({ ...one, reason: 'drained' as const, connections: count(one) })),
    ...leaving.map(({ service, since, until, ended = false, ...endpoint }) => {
      const backend = keyOf(endpoint)
      const connections = count({ service, backend })
      return { service, backend, reason: 'removed' as const, since, until, ended, connections }
    }),
  ]
}

function counter(open: OpenInstance, { services }: Config): (place: Place) => number {
  const { members } = countOpenConnections(open.tables, open.maps, open.config)
  const names = new Map(services.flatMap(({ name, frontends }) => frontends.map((one) => [formatFrontend(one), name])))
  const counts = new Map<string, number>()
  for (const { frontend, members: all } of serviceStatuses(open.maps, { get: () => undefined }, new Map()))
    for (const { id, backend } of all) {
      const key = `${names.get(frontend)} ${backend}`
      counts.set(key, (counts.get(key) ?? 0) + (members[id] ?? 0))
    }
  return ({ service, backend }) => counts.get(`${service} ${backend}`) ?? 0
}
