import type { BackendHealthStatus, HealthStatus, ServiceStatus, Status } from '../status/status.ts'

/** Packets and bytes so far. */
export interface Traffic {
  readonly packets: number
  readonly bytes: number
}

/** A frontend, as the metrics show it. */
export interface ServiceRow extends Traffic {
  readonly key: string
  readonly service: string
  readonly frontend: string
  readonly mode: string
  readonly algorithm: string
  readonly backends: readonly BackendRow[]
}

/** A backend of a frontend. Two members of one address (one that leaves, one that came back) are one row. */
export interface BackendRow extends Traffic {
  readonly key: string
  readonly service: string
  readonly frontend: string
  readonly backend: string
  /** Of the ring, 0 to 1. */
  readonly share: number
  /** Where it is checked. */
  readonly health?: Pick<BackendHealthStatus, 'status' | 'usable'>
}

/** The services with their backends, each with what is known of its health. */
export function serviceRows({ services, health }: Pick<Status, 'services' | 'health'>): ServiceRow[] {
  const judged = healthByBackend(health)
  return services.map((service) => serviceRow(service, judged))
}

function serviceRow(status: ServiceStatus, judged: ReadonlyMap<string, BackendHealthStatus>): ServiceRow {
  const { frontend, packets, bytes, mode, algorithm } = status
  // A service whose configuration cannot be read has no name; its frontend is one.
  const service = status.name ?? frontend
  const rows = new Map<string, BackendRow>()
  for (const { backend, ...member } of status.members) {
    const key = `${frontend} ${backend}`
    const health = judged.get(key)
    const row = { key, service, frontend, backend, ...(health ? { health } : {}) }
    rows.set(key, { ...row, ...sum(rows.get(key), member) })
  }
  return { key: frontend, service, frontend, mode, algorithm, packets, bytes, backends: [...rows.values()] }
}

function sum(
  a: Pick<BackendRow, 'packets' | 'bytes' | 'share'> | undefined,
  b: Pick<BackendRow, 'packets' | 'bytes' | 'share'>,
): Pick<BackendRow, 'packets' | 'bytes' | 'share'> {
  if (a === undefined) return { packets: b.packets, bytes: b.bytes, share: b.share }
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes, share: a.share + b.share }
}

function healthByBackend(health: HealthStatus | null): Map<string, BackendHealthStatus> {
  const entries = (health?.services ?? []).flatMap(({ frontends, backends }) =>
    frontends.flatMap((frontend) => backends.map((one) => [`${frontend} ${one.backend}`, one] as const)),
  )
  return new Map(entries)
}
