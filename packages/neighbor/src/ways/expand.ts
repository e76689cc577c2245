import type { NextHopObject, Route } from 'netlink-ts'
import type { NextHop } from '../hop/types.ts'

type Way = Pick<Route, 'via' | 'index'>

/** The ways of a route: one, those of a multipath route, or those that its nexthop object stands for. Pure. */
export function waysOf(route: Route, objects: ReadonlyMap<number, NextHopObject>): readonly Way[] {
  if (route.nexthops) return route.nexthops
  const object = route.nexthopId === undefined ? undefined : objects.get(route.nexthopId)
  if (object === undefined || route.via !== undefined) return [route]
  return object.group?.flatMap(({ id }) => objects.get(id) ?? []) ?? [object]
}

/**
 * The neighbours that a packet to the destination may be sent to, by the route that the kernel's tables have for it: the
 * route's routers, or the destination itself where it is on the link. Pure.
 */
export function hopsTowards(
  destination: string,
  route: Route,
  objects: ReadonlyMap<number, NextHopObject>,
): readonly NextHop[] {
  if (route.type !== 'unicast') return []
  return waysOf(route, objects).flatMap(({ via, index }) =>
    index === undefined ? [] : [{ index, address: via ?? destination }],
  )
}

/** Whether packets by this route may go one of several ways. */
export function isMultipath(route: Route): boolean {
  return route.nexthops !== undefined || route.nexthopId !== undefined
}
