import type { Route } from './resolve.ts'
import type { RouteCells } from './route-cells.ts'
import type { RouteDomain } from './vrf.ts'

/** Less than the time between two rounds that nothing has caused: each of those asks anew, should an event have been missed. */
const MOST_AGE_MS = 25_000

/** What the kernel has answered about destinations. To be forgotten when anything about the network has changed. */
export class KnownRoutes {
  /** By destination, or by the part of the addresses that it is in. */
  readonly #routes = new Map<string | number, Route>()
  /** Destinations have few different routes: each stands here once. */
  readonly #distinct = new Map<string, Route>()
  #since = performance.now()
  /** The domains that they were asked in. */
  #domains = ''

  /** Asks the kernel for what is not known, once for all destinations in a cell. Failures are asked for again each time. */
  over(
    lookup: (address: string) => Route | Error,
    cells?: RouteCells,
    domains: readonly RouteDomain[] = [],
  ): (address: string) => Route | Error {
    if (performance.now() - this.#since > MOST_AGE_MS || domains.join() !== this.#domains) this.forget()
    this.#domains = domains.join()
    return (address) => {
      const key = cells?.startOf(address) ?? address
      const known = this.#routes.get(key)
      if (known) return known
      const route = lookup(address)
      return route instanceof Error ? route : this.#note(key, route)
    }
  }

  forget(): void {
    this.#routes.clear()
    this.#distinct.clear()
    this.#since = performance.now()
  }

  #note(place: string | number, route: Route): Route {
    const key = `${route.index} ${route.device} ${route.gateway} ${route.source} ${route.local}`
    const same = this.#distinct.get(key) ?? route
    this.#distinct.set(key, same)
    this.#routes.set(place, same)
    return same
  }
}
