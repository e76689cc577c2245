import type { Config } from '../config/config.ts'
import type { HealthStatus } from '../status/status.ts'
import { Declared } from '../status/last-config.ts'
import { countOpenConnections } from '../status/open-connections.ts'
import type { OpenInstance } from '@skep/lb-engine'
import { serviceStatuses } from '../status/services.ts'
import type { Column } from './format.ts'

/** A backend of one frontend, as `skep-lb get backends` shows it. */
export interface BackendRow {
  readonly service: string | null
  /** `192.0.2.10:80/TCP` */
  readonly frontend: string
  /** `10.1.0.11:8080` */
  readonly backend: string
  readonly id: number
  /** In the configuration that was last used; `null` for one that has left it, or where that cannot be read. */
  readonly weight: number | null
  readonly state: string | null
  readonly health: 'up' | 'down' | 'unknown' | null
  /** When it comes, or goes, by its declared times; `null`: it has none. */
  readonly addedAt: string | null
  readonly drainingSince: string | null
  /** Of new connections, 0 to 1. */
  readonly share: number
  readonly slots: number
  /** The own address that packets to it carry; `none`: they carry the client's. */
  readonly source: string
  /** It is no backend any more, and stays until its connections are over. */
  readonly draining: boolean
  /** Its flows that are recorded. */
  readonly flows: number
  readonly connections: number
  readonly packets: number
  readonly bytes: number
}

export const backendColumns: readonly Column<BackendRow>[] = [
  { title: 'SERVICE', of: ({ service }) => service },
  { title: 'FRONTEND', of: ({ frontend }) => frontend },
  { title: 'BACKEND', of: ({ backend }) => backend },
  { title: 'WEIGHT', of: ({ weight }) => weight },
  { title: 'STATE', of: ({ state, draining }) => (draining ? 'leaving' : state) },
  { title: 'HEALTH', of: ({ health }) => health },
  { title: 'SHARE', of: ({ share }) => `${(100 * share).toFixed(1)} %` },
  { title: 'CONNECTIONS', of: ({ connections }) => connections },
  { title: 'PACKETS', of: ({ packets }) => packets },
  { title: 'BYTES', of: ({ bytes }) => bytes },
  { title: 'ID', of: ({ id }) => id, wide: true },
  { title: 'SLOTS', of: ({ slots }) => slots, wide: true },
  { title: 'SOURCE', of: ({ source }) => source, wide: true },
  { title: 'ADDED AT', of: ({ addedAt }) => addedAt, wide: true },
  { title: 'DRAINING SINCE', of: ({ drainingSince }) => drainingSince, wide: true },
  { title: 'RECORDED', of: ({ flows }) => flows, wide: true },
]

/** The backends in the tables, by service id and number. */
export function backendRows(open: OpenInstance, config: Config | undefined, health: HealthStatus | null): BackendRow[] {
  const declared = new Declared(config)
  const connections = countOpenConnections(open.tables, open.maps, open.config)
  const checked = healthByPlace(health)
  return serviceStatuses(open.maps, open.tables.memberCounters, declared.names()).flatMap(
    ({ name = null, frontend, members }) =>
      members.map(({ id, backend, share, slots, source, draining, flows, packets, bytes }): BackendRow => {
        const wanted = declared.backend(frontend, backend)
        return {
          service: name,
          frontend,
          backend,
          id,
          weight: wanted?.weight ?? null,
          state: wanted?.state ?? null,
          addedAt: wanted?.addedAt ?? null,
          drainingSince: wanted?.drainingSince ?? null,
          health: checked.get(`${frontend} ${backend}`) ?? null,
          share,
          slots,
          source,
          draining,
          flows,
          connections: connections.members[id] ?? 0,
          packets,
          bytes,
        }
      }),
  )
}

function healthByPlace(health: HealthStatus | null): Map<string, 'up' | 'down' | 'unknown'> {
  return new Map(
    health?.services.flatMap(({ frontends, backends }) =>
      frontends.flatMap((frontend) =>
        backends.map(({ backend, status }) => [`${frontend} ${backend}`, status] as const),
      ),
    ),
  )
}
