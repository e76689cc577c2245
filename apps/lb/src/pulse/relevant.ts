import type { MonitorEvent, Neighbor, NeighborState } from 'netlink-ts'

/** States in which the kernel sends to an entry's address (NUD_VALID of include/net/neighbour.h). */
const usable: ReadonlySet<NeighborState | number> = new Set<NeighborState>([
  'reachable',
  'stale',
  'delay',
  'probe',
  'noarp',
  'permanent',
])

/**
 * Tells the changes that may send packets another way from those that may not: a neighbour is confirmed all the time, and
 * one that was not known has no packets to lead astray.
 */
export class RouteChanges {
  readonly #known = new Map<string, string>()

  /** Does this event make something untrue that a route lookup has told before? */
  matters(event: MonitorEvent): boolean {
    if (event.type === 'resync') return this.#missed(event.changes)
    if (event.type !== 'neighbor') return true
    return this.#moved(event.value, event.action === 'remove')
  }

  /** What was missed may have come and gone again: the difference that is left does not tell. */
  #missed(changes: readonly MonitorEvent[]): true {
    for (const change of changes) this.matters(change)
    return true
  }

  #moved({ index, address, lladdr, state }: Neighbor, gone: boolean): boolean {
    const key = `${index} ${address}`
    const before = this.#known.get(key)
    const now = gone || !usable.has(state) ? undefined : (lladdr ?? '')
    if (now === undefined) this.#known.delete(key)
    else this.#known.set(key, now)
    return before !== undefined && before !== now
  }
}
