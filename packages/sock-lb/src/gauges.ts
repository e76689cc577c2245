import type { SockLb } from '@skep/datapath/sock-lb'
import { countConnections } from './connections.ts'
import type { Capacities, State } from './state.ts'

/** From this fill on a gauge warns. */
export const EARLY_WARNING_PERCENT = 80

/** How full a map is. */
export interface Gauge {
  readonly capacity: keyof Capacities
  readonly used: number
  readonly size: number
  readonly percent: number
  /** At least EARLY_WARNING_PERCENT full. Those that forget the longest unused when full do not warn. */
  readonly warning: boolean
}

/** Full is usual for them: the longest unused entry gives way. */
const FORGETTING: readonly (keyof Capacities)[] = ['affinities', 'peers', 'connections']

export function gauges(state: State, capacities: Capacities, maps: SockLb['maps']): Gauge[] {
  const used: Record<keyof Capacities, number> = {
    frontends: state.frontends.size,
    services: state.services.size,
    slots: state.pool.used,
    backends: state.backends.size,
    nodeAddresses: state.nodeAddresses.size,
    affinities: count(maps.sockAffinities.getBatch()),
    peers: count(maps.sockPeers.getBatch()),
    connections: countConnections(maps.sockConnections),
    subjects: state.subjects.size,
  }
  return (Object.keys(used) as (keyof Capacities)[]).map((capacity) => {
    const percent = (100 * used[capacity]) / capacities[capacity]
    const warning = percent >= EARLY_WARNING_PERCENT && !FORGETTING.includes(capacity)
    return { capacity, used: used[capacity], size: capacities[capacity], percent, warning }
  })
}

function count(batches: Iterable<readonly unknown[]>): number {
  let sum = 0
  for (const batch of batches) sum += batch.length
  return sum
}
