import { backendKey } from '../backends/draft.ts'
import type { Backend } from '../model/backend.ts'
import type { ServiceTable } from '../table/table.ts'
import type { Drain } from './log.ts'

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
  /** Its time is over: the service has let go of it, though its endpoint is still there. */
  readonly isOver: boolean
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

/** Of backends that a round has removed, the ids of those whose time to drain is over, though they are still there. */
export function lettingGo(table: ServiceTable, removed: readonly Backend[]): Set<number> {
  const over = new Set([...table.drains].flatMap(({ backend, services }) => (isOver(services) ? [backend] : [])))
  const gone = removed.filter(({ protocol, address, port }) => over.has(backendKey(protocol, address, port)))
  return new Set(gone.map(({ id }) => id))
}

function isOver(services: Drain['services']): boolean {
  return [...services.values()].some(({ gone }) => gone === 'drain-timeout')
}

/** Everything that drains. `openConnections`: of a backend, by its id. */
export function drainProgress(table: ServiceTable, openConnections: (id: number) => number): DrainProgress[] {
  return [...table.drains].flatMap(({ backend, since, services }) => {
    const known = table.backend(backend)
    const open = known ? openConnections(known.id) : 0
    return [...services].flatMap(([service, { deadline, accepts, gone }]) =>
      gone === 'pod-ended'
        ? []
        : [
            {
              service,
              backend,
              since,
              ...(deadline !== undefined && { deadline }),
              accepts: accepts && !gone,
              isOver: gone !== undefined,
              openConnections: open,
            },
          ],
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
    ...after.flatMap((one) => {
      const known = earlier.get(keyOf(one))
      if (one.isOver) return known && !known.isOver ? [timedOut(known, now)] : []
      return beginning(known, one)
    }),
    ...before.filter((one) => !one.isOver && !later.has(keyOf(one))).map((one) => ending(one, now)),
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

function timedOut({ service, backend, openConnections: open, since }: DrainProgress, now: number): DrainEvent {
  const message = `${backend} is let go ${after(since, now)} with ${connections(open)}: its drain timeout is over`
  return { reason: 'DrainTimedOut', service, backend, message, openConnections: open }
}

function ending({ service, backend, openConnections: open, since }: DrainProgress, now: number): DrainEvent {
  const message = `${backend} is gone ${after(since, now)} with ${connections(open)}`
  return { reason: 'EndpointGone', service, backend, message, openConnections: open }
}

function after(since: number, now: number): string {
  return `after ${Math.round(now - since)} s`
}

function connections(count: number): string {
  return count === 1 ? '1 connection' : `${count} connections`
}

function keyOf({ service, backend }: DrainProgress): string {
  return `${service} ${backend}`
}
