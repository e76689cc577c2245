import type { MonitorEvent, Route } from 'netlink-ts'
import { counts, isDefault } from '../snapshot/summarize.ts'
import type { RouteSummary } from '../snapshot/types.ts'

/**
 * Whether the routes have to be read again after an event. A router's come by the thousand: one more by a device that has
 * some already tells nothing new. Pure.
 */
export function needsRoutes(event: MonitorEvent, known: readonly RouteSummary[]): boolean {
  if (event.type !== 'route') return event.type === 'resync' || event.type === 'nexthop'
  // One that has changed may have been another before.
  if (event.action === 'change') return true
  return counts(event.value) && (event.action === 'remove' || !isKnown(event.value, known))
}

function isKnown(
  { family, index, nexthops = [], nexthopId, destination }: Route,
  known: readonly RouteSummary[],
): boolean {
  if (nexthopId !== undefined) return false
  const devices = [index, ...nexthops.map((hop) => hop.index)].filter((each) => each !== undefined)
  return devices.every((device) =>
    known.some((one) => one.index === device && one.family === family && (one.default || !isDefault(destination))),
  )
}
