import type { VerdictName } from '@skep/datapath'
import type { Declared } from '../status/last-config.ts'
import { countOpenConnections } from '../status/open-connections.ts'
import { type OpenInstance, readVerdicts } from '@skep/lb-engine'
import { serviceStatuses } from '../status/services.ts'

/** Counters as they are at one moment. */
export interface Counted {
  /** Tells it from others over time; an id that is given to somebody else is another one. */
  readonly key: string
  readonly packets: number
  readonly bytes: number
}

/** A frontend or a backend, at one moment. */
export interface Item extends Counted {
  /** Of the service, or its frontend where it has none. */
  readonly service: string
  readonly address: string
  readonly connections: number
  /** Of new connections; `null` for frontends. */
  readonly share: number | null
}

/** Everything that `top` shows, at one moment. */
export interface Sample {
  /** Milliseconds of a clock that never jumps. */
  readonly at: number
  readonly services: readonly Item[]
  readonly backends: readonly Item[]
  readonly verdicts: readonly (Counted & { readonly key: VerdictName })[]
}

/** Reads the maps. */
export function takeSample({ tables, maps, config }: OpenInstance, declared: Declared): Sample {
  const at = performance.now()
  const connections = countOpenConnections(tables, maps, config)
  const services: Item[] = []
  const backends: Item[] = []
  for (const { id, name, frontend, packets, bytes, members } of serviceStatuses(
    maps,
    tables.memberCounters,
    declared.names(),
  )) {
    const service = name ?? frontend
    const own = { service, address: frontend, connections: connections.services[id] ?? 0, share: null }
    services.push({ ...own, key: `${id} ${frontend}`, packets, bytes })
    for (const member of members)
      backends.push({
        key: `${member.id} ${member.backend}`,
        service,
        address: member.backend,
        connections: connections.members[member.id] ?? 0,
        share: member.share,
        packets: member.packets,
        bytes: member.bytes,
      })
  }
  const verdicts = readVerdicts(tables).map(({ verdict, packets, bytes }) => ({ key: verdict, packets, bytes }))
  return { at, services, backends, verdicts }
}
