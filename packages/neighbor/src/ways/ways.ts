import { type Netlink, NetlinkError, type NextHopObject } from 'netlink-ts'
import type { NextHop } from '../hop/types.ts'
import { hopsTowards } from './expand.ts'

/**
 * The next hops of destinations, by the route that the kernel's tables have for each (FIB match), per output device.
 * What it was told it remembers, until it is to forget: after any change of links, addresses, routes, rules or nexthop
 * objects. Equivalent to: `ip route get fibmatch <destination>`.
 */
export class Ways {
  readonly #netlink: Pick<Netlink, 'route' | 'nexthop'>
  readonly #known = new Map<string, readonly NextHop[]>()
  #objects: ReadonlyMap<number, NextHopObject> | undefined

  constructor(netlink: Pick<Netlink, 'route' | 'nexthop'>) {
    this.#netlink = netlink
  }

  /** Empty where there is no route, or none that leads out of this host. */
  towards(destination: string): readonly NextHop[] {
    const known = this.#known.get(destination)
    if (known) return known
    const hops = this.#ask(destination)
    // What failed may work a moment later.
    if (hops.length > 0) this.#known.set(destination, hops)
    return hops
  }

  forget(): void {
    this.#known.clear()
    this.#objects = undefined
  }

  #ask(destination: string): readonly NextHop[] {
    try {
      const route = this.#netlink.route.get({ destination, fibMatch: true })
      return route === undefined ? [] : hopsTowards(destination, route, this.#nexthops(route.nexthopId))
    } catch (error) {
      if (error instanceof NetlinkError && (error.code === 'REFUSED' || error.code === 'NOT_FOUND')) return []
      throw error
    }
  }

  #nexthops(id: number | undefined): ReadonlyMap<number, NextHopObject> {
    if (id === undefined) return new Map()
    this.#objects ??= new Map([...this.#netlink.nexthop.list()].map((object) => [object.id, object]))
    return this.#objects
  }
}
