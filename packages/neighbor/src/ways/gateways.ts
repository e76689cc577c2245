import { type Netlink, NetlinkError, type NextHopObject, type Route } from 'netlink-ts'
import { hopKey } from '../hop/key.ts'
import type { NextHop } from '../hop/types.ts'
import { isMultipath, waysOf } from './expand.ts'

/** Nobody has that many routers; a host with a full table of the Internet's routes has few gateways, too. */
const MOST_GATEWAYS = 64
/** A table of more routes is not read again at every change. */
const LARGE_TABLE = 4096
const MOST_AGE_MS = 25_000

/** The gateways of some devices' routes, those of default routes first. Pure. */
export function gatewaysOf(
  routes: Iterable<Route>,
  objects: ReadonlyMap<number, NextHopObject>,
  devices: ReadonlySet<number>,
): NextHop[] {
  const found = new Map<string, NextHop & { readonly prefix: number }>()
  for (const route of routes) {
    if (route.type !== 'unicast') continue
    const prefix = prefixOf(route)
    for (const { via: address, index } of waysOf(route, objects)) {
      if (address === undefined || index === undefined || !devices.has(index)) continue
      const key = hopKey({ index, address })
      if ((found.get(key)?.prefix ?? Infinity) > prefix) found.set(key, { address, index, prefix })
    }
  }
  const sorted = [...found.values()].toSorted((a, b) => a.prefix - b.prefix)
  return sorted.slice(0, MOST_GATEWAYS).map(({ address, index }) => ({ address, index }))
}

/** The ways back to clients. To be forgotten when anything about the network has changed. */
export class Gateways {
  readonly #netlink: Pick<Netlink, 'route' | 'nexthop'>
  #routes: readonly Route[] = []
  #objects: ReadonlyMap<number, NextHopObject> = new Map()
  #since = -Infinity
  #isLarge = false

  constructor(netlink: Pick<Netlink, 'route' | 'nexthop'>) {
    this.#netlink = netlink
  }

  /** Those of these devices (indexes). Equivalent to: `ip route show table all`, for IPv4 and IPv6. */
  by(devices: Iterable<number>): readonly NextHop[] {
    this.#read()
    return gatewaysOf(this.#routes, this.#objects, new Set(devices))
  }

  /** All routes, in another list whenever they have been read again; `undefined` where there are too many to look. */
  get routes(): readonly Route[] | undefined {
    this.#read()
    return this.#isLarge ? undefined : this.#routes
  }

  /** Whether any route has several ways; where there are too many routes to look, it may. */
  get mayHaveSeveral(): boolean {
    this.#read()
    return this.#isLarge || this.#routes.some(isMultipath)
  }

  forget(): void {
    if (!this.#isLarge) this.#since = -Infinity
  }

  #read(): void {
    if (performance.now() - this.#since < MOST_AGE_MS) return
    try {
      const routes = [...this.#netlink.route.list({ table: 'all' })]
      this.#objects = new Map([...this.#netlink.nexthop.list()].map((object) => [object.id, object]))
      this.#isLarge = routes.length > LARGE_TABLE
      this.#routes = this.#isLarge ? distinct(routes) : routes
    } catch (error) {
      // A table that changes all the time: those that were known are kept for now.
      if (!(error instanceof NetlinkError && error.code === 'INTERRUPTED')) throw error
    }
    this.#since = performance.now()
  }
}

/** A full table has few ways: one route of each, the widest, stands for the others. */
function distinct(routes: readonly Route[]): Route[] {
  const widestFirst = routes.toSorted((a, b) => prefixOf(a) - prefixOf(b))
  const ways = new Map<string, Route>()
  for (const route of widestFirst) {
    const way = JSON.stringify([route.type, route.via, route.index, route.nexthops, route.nexthopId])
    if (!ways.has(way)) ways.set(way, route)
  }
  return [...ways.values()]
}

function prefixOf({ destination }: Route): number {
  return Number(destination.split('/')[1])
}
