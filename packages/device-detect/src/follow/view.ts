import { type MonitorEvent, type Netlink, NetlinkError } from 'netlink-ts'
import { readAddresses, readLinks, type ReadOptions, readRoutes, readSnapshot } from '../snapshot/read.ts'
import type { Snapshot } from '../snapshot/types.ts'
import { needsRoutes } from './relevant.ts'

/** Routes are read for a tenth of the time at most, however often they change, … */
const REST_TIMES = 9
/** … and at least so often where they do. */
const LONGEST_REST_MS = 5000

/**
 * What is known of a host, and what of it events have made out of date. For those with a loop of their own; the others
 * have `followDevices`. Times in milliseconds.
 */
export class HostView {
  readonly #netlink: Netlink
  readonly #options: ReadOptions
  #snapshot: Snapshot
  #routesAreStale = false
  #restsUntil = 0

  constructor(netlink: Netlink, options: ReadOptions = {}) {
    this.#netlink = netlink
    this.#options = options
    this.#snapshot = this.#timed(() => readSnapshot(netlink, options))
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** All of it may have changed. */
  forget(): void {
    this.#routesAreStale = true
  }

  /** Takes note of an event. False: it can change nothing about which devices are chosen. */
  note(event: MonitorEvent): boolean {
    if (event.type === 'link' || event.type === 'address') return true
    const isStale = needsRoutes(event, this.#snapshot.routes)
    this.#routesAreStale ||= isStale
    return isStale
  }

  /** Reads what is out of date, and the devices in any case. Where the routes have to wait, returns until when (of `performance.now()`). */
  refresh(): number | undefined {
    const routes = this.#freshRoutes()
    this.#snapshot = { links: readLinks(this.#netlink), addresses: readAddresses(this.#netlink), routes }
    return this.#routesAreStale ? this.#restsUntil : undefined
  }

  #freshRoutes(): Snapshot['routes'] {
    if (!this.#routesAreStale || performance.now() < this.#restsUntil) return this.#snapshot.routes
    try {
      const routes = this.#timed(() => readRoutes(this.#netlink, this.#options))
      this.#routesAreStale = false
      return routes
    } catch (error) {
      // A table that changes all the time: those that were known stand for now.
      if (!(error instanceof NetlinkError && error.code === 'INTERRUPTED')) throw error
      return this.#snapshot.routes
    }
  }

  #timed<T>(read: () => T): T {
    const began = performance.now()
    try {
      return read()
    } finally {
      const now = performance.now()
      this.#restsUntil = now + Math.min(REST_TIMES * (now - began), LONGEST_REST_MS)
    }
  }
}
