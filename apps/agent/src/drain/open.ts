import type { ServiceTable } from '@skep/services'
import type { ServiceEvents } from '../events/events.ts'
import type { Sockets } from '../sockets/sockets.ts'
import { Drains } from './drains.ts'
import type { RememberedDrains } from './remembered.ts'
import { DrainWatch } from './watch.ts'

/** What drains on this node, with events of how far. Without sockets of ours nobody's connections are known. */
export function openDrains(
  table: ServiceTable,
  remembered: RememberedDrains,
  { sockets, events }: { readonly sockets: Sockets | undefined; readonly events: ServiceEvents },
): Drains {
  const watch = new DrainWatch({
    table,
    count: (backends) => sockets?.openSockets(backends) ?? new Map(),
    tell: (event) => events.drain(event),
  })
  return new Drains(table, watch, remembered)
}
