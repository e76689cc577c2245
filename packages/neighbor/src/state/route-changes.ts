import type { MonitorEvent, Neighbor } from 'netlink-ts'
import { hopKey } from '../hop/key.ts'
import { isUsable } from './step.ts'

/** A neighbour that has failed: a packet may go another way now, and back when it returns. */
const FAILED = Symbol('failed')

/**
 * Tells the changes that may send packets another way from those that may not: a neighbour is confirmed all the time, and
 * one that was not known has no packets to lead astray. One that had failed takes packets again that went by another way
 * meanwhile. What it is told of it must be all that happens.
 */
export class RouteChanges {
  readonly #known = new Map<string, string | typeof FAILED>()

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

  #moved(neighbor: Neighbor, gone: boolean): boolean {
    const key = hopKey(neighbor)
    const before = this.#known.get(key)
    const now = gone ? undefined : this.#now(neighbor, before)
    if (now === undefined) this.#known.delete(key)
    else this.#known.set(key, now)
    if (before === undefined || before === now) return false
    return before !== FAILED || now !== undefined
  }

  #now(neighbor: Neighbor, before: string | typeof FAILED | undefined): string | typeof FAILED | undefined {
    if (isUsable(neighbor)) return neighbor.lladdr ?? ''
    return neighbor.state === 'failed' || before === FAILED ? FAILED : undefined
  }
}
