import { type NextHopObject, routeTables } from 'netlink-ts'
import { isGlobalUnicast } from './global-unicast.ts'
import type { DefaultRoute, RouteFacts, RouteSummary } from './types.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Folds routes into what each device has of them, so that a full table of the Internet's routes takes no memory. Only
 * global unicast routes count, of every table but `local`. Pure.
 */
export function summarizeRoutes(
  routes: Iterable<RouteFacts>,
  nexthops: ReadonlyMap<number, Pick<NextHopObject, 'index' | 'group'>> = new Map(),
): RouteSummary[] {
  const found = new Map<string, Writable<RouteSummary>>()
  for (const route of routes) {
    if (!counts(route)) continue
    for (const index of devicesOf(route, nexthops)) add(found, index, route)
  }
  return [...found.values()].toSorted((a, b) => a.index - b.index || a.family.localeCompare(b.family))
}

/** Whether a route tells that its device carries traffic from outside. */
export function counts({ type, table, destination }: Pick<RouteFacts, 'type' | 'table' | 'destination'>): boolean {
  return type === 'unicast' && table !== routeTables.local && isGlobalUnicast(destination)
}

/** A device for each way of the route, each once. */
export function devicesOf(
  { index, nexthops, nexthopId }: RouteFacts,
  objects: ReadonlyMap<number, Pick<NextHopObject, 'index' | 'group'>>,
): Set<number> {
  const object = nexthopId === undefined ? undefined : objects.get(nexthopId)
  const members = object?.group?.map(({ id }) => objects.get(id)?.index) ?? [object?.index]
  const all = [index, ...(nexthops?.map((hop) => hop.index) ?? []), ...members]
  return new Set(all.filter((each) => each !== undefined))
}

export function isDefault(destination: string): boolean {
  return destination.endsWith('/0')
}

function add(found: Map<string, Writable<RouteSummary>>, index: number, route: RouteFacts): void {
  const { family, destination, table, metric = 0 } = route
  const key = `${index} ${family}`
  let summary = found.get(key)
  if (summary === undefined) found.set(key, (summary = { index, family, count: 0, example: { destination, table } }))
  summary.count++
  if (!isDefault(destination)) return
  summary.default = better(summary.default, { table, metric })
}

function better(a: DefaultRoute | undefined, b: DefaultRoute): DefaultRoute {
  if (a === undefined) return b
  return (rank(a) - rank(b) || a.metric - b.metric) <= 0 ? a : b
}

function rank({ table }: DefaultRoute): number {
  return table === routeTables.main ? -1 : table
}
