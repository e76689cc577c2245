import type { Mode } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import type { HealthStatus } from '../status/status.ts'
import { Declared } from '../status/last-config.ts'
import { countOpenConnections } from '../status/open-connections.ts'
import type { OpenInstance } from '@skep/lb-engine'
import { serviceStatuses } from '../status/services.ts'
import type { Column } from './format.ts'

/** A frontend, as `skep-lb get services` shows it. */
export interface ServiceRow {
  /** The name in the configuration that was last used; `null` where that cannot be read. */
  readonly name: string | null
  /** `192.0.2.10:80/TCP` */
  readonly frontend: string
  readonly id: number
  readonly mode: Mode
  readonly algorithm: string
  /** All of a client's connections go to one backend. */
  readonly affinity: boolean
  /** All of them, and those that get new connections. */
  readonly backends: number
  readonly active: number
  /** `2/3 up`; `null` where none is checked. */
  readonly health: string | null
  readonly connections: number
  readonly packets: number
  readonly bytes: number
  readonly slots: number
  /** Slots that change hands. */
  readonly moving: number
  /** Flows that it can remember at present. */
  readonly records: number
  /** Stretches of client addresses that it admits; `null`: everybody. */
  readonly ranges: number | null
  /** `100/s, 200 at once, per /32`; `null`: none. */
  readonly rateLimit: string | null
}

export const serviceColumns: readonly Column<ServiceRow>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'FRONTEND', of: ({ frontend }) => frontend },
  { title: 'BACKENDS', of: ({ active, backends }) => `${active}/${backends}` },
  { title: 'HEALTH', of: ({ health }) => health },
  { title: 'CONNECTIONS', of: ({ connections }) => connections },
  { title: 'PACKETS', of: ({ packets }) => packets },
  { title: 'BYTES', of: ({ bytes }) => bytes },
  { title: 'ID', of: ({ id }) => id, wide: true },
  { title: 'MODE', of: ({ mode }) => mode, wide: true },
  { title: 'ALGORITHM', of: ({ algorithm }) => algorithm, wide: true },
  { title: 'AFFINITY', of: ({ affinity }) => (affinity ? 'client' : null), wide: true },
  { title: 'SLOTS', of: ({ slots }) => slots, wide: true },
  { title: 'MOVING', of: ({ moving }) => moving, wide: true },
  { title: 'RECORDS', of: ({ records }) => records, wide: true },
  { title: 'RANGES', of: ({ ranges }) => ranges, wide: true },
  { title: 'LIMIT', of: ({ rateLimit }) => rateLimit, wide: true },
]

/** The services in the tables, by id. */
export function serviceRows(open: OpenInstance, config: Config | undefined, health: HealthStatus | null): ServiceRow[] {
  const declared = new Declared(config)
  const connections = countOpenConnections(open.tables, open.maps, open.config)
  const checks = new Map(health?.services.flatMap((one) => one.frontends.map((frontend) => [frontend, one] as const)))
  return serviceStatuses(open.maps, open.tables.memberCounters, declared.names()).map((service) => {
    const {
      id,
      name = null,
      frontend,
      members,
      mode,
      algorithm,
      affinity,
      slots,
      moving,
      records,
      ranges,
      rateLimit,
      packets,
      bytes,
    } = service
    const check = checks.get(frontend)
    return {
      name,
      frontend,
      id,
      mode,
      algorithm,
      affinity,
      backends: members.length,
      active: members.filter((member) => member.slots > 0).length,
      health: check === undefined ? null : `${check.up}/${check.counted} up${check.panic ? ', panic' : ''}`,
      connections: connections.services[id] ?? 0,
      packets,
      bytes,
      slots,
      moving,
      records,
      ranges,
      rateLimit,
    }
  })
}
