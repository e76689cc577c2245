import type { ServiceTable } from '../table/table.ts'

/** How far a backend of a service has drained: one row of a metric. */
export interface DrainProgress {
  /** `namespace/name`. */
  readonly service: string
  /** Key of the backend, like `TCP 10.0.0.1:80`. */
  readonly backend: string
  /** Seconds since 1970. */
  readonly since: number
  /** Seconds since 1970; left out: as long as the endpoint exists. */
  readonly deadline?: number
  readonly accepts: boolean
  readonly openConnections: number
}

/** What an operator hears of: `DrainTimedOut` is a warning. */
export interface DrainEvent {
  readonly reason: 'DrainStarted' | 'Drained' | 'DrainTimedOut' | 'EndpointGone'
  readonly service: string
  readonly backend: string
  readonly message: string
  /** When it was looked at last. */
  readonly openConnections: number
}

/** Backends, by their ids, that somebody's drain timeout lets go of at the next round. */
export function lettingGo(table: ServiceTable, now: number): Set<number> {
  const keys = [...table.drains].flatMap(({ backend, services }) => {
    const isDue = [...services.values()].some(({ deadline = Infinity, gone }) => !gone && deadline <= now)
    return isDue ? [backend] : []
  })
  return new Set(keys.flatMap((key) => table.backend(key)?.id ?? []))
}

/** Everything that drains. `openConnections`: of a backend, by its id. */
export function drainProgress(table: ServiceTable, openConnections: (id: number) => number): DrainProgress[] {
  return [...table.drains].flatMap(({ backend, since, services }) => {
    const known = table.backend(backend)
    const open = known ? openConnections(known.id) : 0
    return [...services].flatMap(([service, { deadline, accepts, gone }]) =>
      gone
        ? []
        : [{ service, backend, since, ...(deadline !== undefined && { deadline }), accepts, openConnections: open }],
    )
  })
}

/** What has happened between two looks at what drains. Pure. `now`: of the later one, in seconds since 1970. */
export function drainEvents(
  before: readonly DrainProgress[],
  after: readonly DrainProgress[],
  now: number,
): DrainEvent[] {
  const earlier = new Map(before.map((one) => [keyOf(one), one]))
  const later = new Map(after.map((one) => [keyOf(one), one]))
  return [
    ...after.flatMap((one) => beginning(earlier.get(keyOf(one)), one)),
    ...before.filter((one) => !later.has(keyOf(one))).map((one) => ending(one, now)),
  ]
}

function beginning(before: DrainProgress | undefined, now: DrainProgress): DrainEvent[] {
  const { service, backend, openConnections: open } = now
  if (before && before.openConnections > 0 && open === 0)
    return [{ reason: 'Drained', service, backend, openConnections: 0, message: `${backend} has no connections left` }]
  if (before) return []
  const until = now.deadline === undefined ? '' : `, ${Math.ceil(now.deadline - now.since)} s at most`
  const message = `${backend} drains: ${connections(open)} to wait for${until}`
  return [{ reason: 'DrainStarted', service, backend, message, openConnections: open }]
}

function ending({ service, backend, deadline, openConnections: open, since }: DrainProgress, now: number): DrainEvent {
  const after = `after ${Math.round(now - since)} s`
  if (deadline !== undefined && deadline <= now && open > 0) {
    const message = `${backend} is let go ${after} with ${connections(open)}: its drain timeout is over`
    return { reason: 'DrainTimedOut', service, backend, message, openConnections: open }
  }
  const message = `${backend} is gone ${after} with ${connections(open)}`
  return { reason: 'EndpointGone', service, backend, message, openConnections: open }
}

function connections(count: number): string {
  return count === 1 ? '1 connection' : `${count} connections`
}

function keyOf({ service, backend }: DrainProgress): string {
  return `${service} ${backend}`
}
