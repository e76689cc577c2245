import type { Host } from '@skep/testbed'
import { families, kinds, vips } from './addresses.ts'

/** How many next hops the router's kernel has, when, to all service addresses. */
export interface Seen {
  /** Of `performance.now()`. */
  readonly at: number
  /** One number an address. */
  readonly counts: readonly number[]
}

const prefixes = kinds.flatMap((kind) =>
  families.map((family) => `${vips[kind][family]}/${family === 'ipv4' ? 32 : 128}`),
)

/** Follows the router's routes to the service addresses in its kernel, from now on. */
export class NextHops implements AsyncDisposable {
  readonly #end = new AbortController()
  readonly #following: Promise<void>
  readonly #seen: Seen[] = []
  #waiting = Promise.withResolvers<void>()

  constructor(router: Host) {
    this.#look(router)
    this.#following = this.#follow(router)
    // Told to who disposes of this.
    this.#following.catch(() => undefined)
  }

  /** All that was different from what was there before, in order; the first is what there was. */
  get seen(): readonly Seen[] {
    return this.#seen
  }

  /** Resolves with the moment since when every address has so many. */
  async until(count: number): Promise<number> {
    for (;;) {
      const { at, counts } = this.#seen.at(-1)!
      if (counts.every((one) => one === count)) return at
      await this.#waiting.promise
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort()
    await this.#following
  }

  async #follow(router: Host): Promise<void> {
    const { signal } = this.#end
    await using monitor = router.netlink.monitor(['route', 'nexthop'], { signal })
    try {
      for await (const _ of monitor) this.#look(router)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #look({ netlink }: Host): void {
    const routes = [...netlink.route.list()]
    const counts = prefixes.map((prefix) => {
      const own = routes.filter(({ destination }) => destination === prefix)
      return own.reduce((sum, { nexthops, via }) => sum + (nexthops?.length ?? (via === undefined ? 0 : 1)), 0)
    })
    if (counts.join() === this.#seen.at(-1)?.counts.join()) return
    this.#seen.push({ at: performance.now(), counts })
    this.#waiting.resolve()
    this.#waiting = Promise.withResolvers()
  }
}
