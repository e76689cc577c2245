import type { ServiceTable } from '@skep/services'
import type { ServiceEvents } from '../events/events.ts'
import type { Outside } from '../outside/outside.ts'
import type { Sockets } from '../sockets/sockets.ts'
import { Drains } from './drains.ts'
import type { RememberedDrains } from './remembered.ts'
import { DrainWatch } from './watch.ts'

interface Counted {
  readonly sockets: Pick<Sockets, 'openSockets'> | undefined
  readonly outside: Pick<Outside, 'connections'> | undefined
}

/**
 * What drains on this node, with events of how far: by the sockets of its processes and pods, and by connections from outside
 * that it translates. Those that backends answer by themselves (DSR, `externalTrafficPolicy: Local`) are not known to it.
 */
export function openDrains(
  table: ServiceTable,
  remembered: RememberedDrains,
  { sockets, outside, events }: Counted & { readonly events: ServiceEvents },
): Drains {
  const watch = new DrainWatch({
    table,
    count: (backends) => countOpen(table, backends, { sockets, outside }),
    tell: (event) => events.drain(event),
  })
  return new Drains(table, watch, remembered)
}

/** By id. */
function countOpen(
  table: Pick<ServiceTable, 'backendsById'>,
  backends: ReadonlySet<number>,
  { sockets, outside }: Counted,
): ReadonlyMap<number, number> {
  const inside = sockets?.openSockets(backends)
  const count = (id: number): number => {
    const backend = table.backendsById.get(id)
    return (inside?.get(id) ?? 0) + (backend === undefined ? 0 : (outside?.connections.of(backend) ?? 0))
  }
  return new Map([...backends].map((id) => [id, count(id)]))
}
