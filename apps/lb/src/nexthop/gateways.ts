import { type Netlink, NetlinkError, type NextHopObject, type Route } from 'netlink-ts'
import type { NextHop } from './resolve.ts'

/** Nobody has that many routers; a host with a full table of the Internet's routes has few gateways, too. */
const MOST_GATEWAYS = 64
/** A table of more routes is not read again at every change. */
const LARGE_TABLE = 4096
const MOST_AGE_MS = 25_000

type Device = Pick<NextHop, 'index'> & { readonly name: string }
type Hop = Pick<Route, 'via' | 'index'>

/** The gateways of some devices' routes, those of default routes first. Pure. */
export function gatewaysOf(
  routes: Iterable<Route>,
  objects: ReadonlyMap<number, NextHopObject>,
  devices: readonly Device[],
): NextHop[] {
  const names = new Map(devices.map(({ index, name }) => [index, name]))
  const found = new Map<string, NextHop & { readonly prefix: number }>()
  for (const route of routes) {
    if (route.type !== 'unicast') continue
    const prefix = Number(route.destination.split('/')[1])
    for (const { via: address, index } of hopsOf(route, objects)) {
      const device = index === undefined ? undefined : names.get(index)
      if (address === undefined || index === undefined || device === undefined) continue
      const key = `${index} ${address}`
      if ((found.get(key)?.prefix ?? Infinity) > prefix) found.set(key, { address, device, index, prefix })
    }
  }
  const sorted = [...found.values()].toSorted((a, b) => a.prefix - b.prefix)
  return sorted.slice(0, MOST_GATEWAYS).map(({ address, device, index }) => ({ address, device, index }))
}

function hopsOf(route: Route, objects: ReadonlyMap<number, NextHopObject>): readonly Hop[] {
  if (route.nexthops) return route.nexthops
  const object = route.nexthopId === undefined ? undefined : objects.get(route.nexthopId)
  if (object === undefined || route.via !== undefined) return [route]
  return object.group?.flatMap(({ id }) => objects.get(id) ?? []) ?? [object]
}

/** The ways back to clients. To be forgotten when anything about the network has changed. */
export class Gateways {
  #known: NextHop[] = []
  #asked = ''
  #since = -Infinity
  #isLarge = false

  /** Equivalent to: `ip route show table all`, for IPv4 and IPv6. */
  towards(netlink: Pick<Netlink, 'route' | 'nexthop'>, devices: readonly Device[]): readonly NextHop[] {
    const asked = devices.map(({ index }) => index).join()
    if (asked === this.#asked && performance.now() - this.#since < MOST_AGE_MS) return this.#known
    try {
      const routes = [...netlink.route.list({ table: 'all' })]
      const objects = new Map([...netlink.nexthop.list()].map((object) => [object.id, object]))
      this.#known = gatewaysOf(routes, objects, devices)
      this.#isLarge = routes.length > LARGE_TABLE
    } catch (error) {
      // A table that changes all the time: those that were known are kept for now.
      if (!(error instanceof NetlinkError && error.code === 'INTERRUPTED')) throw error
    }
    this.#asked = asked
    this.#since = performance.now()
    return this.#known
  }

  forget(): void {
    if (!this.#isLarge) this.#since = -Infinity
  }
}
