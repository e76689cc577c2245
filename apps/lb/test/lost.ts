import type { Host, Traffic } from '@skep/testbed'

/** Datagrams under way at any time. */
export const LANES = 4

/** Datagrams whose loss is counted: each lane has one under way, and gives it up after a second; so four a second are lost while none gets through. */
export const DATAGRAMS = { protocol: 'udp', port: 53, concurrency: LANES, perSecond: 100, timeoutMs: 1000 } as const

/** Counts how many are lost while things happen, by when they were sent: they are given up later. */
export class Losses {
  readonly #load: Traffic
  readonly #beganMs: number[] = []

  constructor(load: Traffic) {
    this.#load = load
  }

  /** Something happens, and then a hundred more are sent. */
  async while(happens: () => void | Promise<void>): Promise<void> {
    this.#beganMs.push(this.#load.progress.elapsedMs)
    await happens()
    await this.#load.reached(this.#load.progress.requests + 100)
  }

  /** Ends the load; how many were lost while each of the things happened, and until the next. */
  async counted(): Promise<readonly number[]> {
    const { failures } = await this.#load.stop()
    const sentMs = failures.map(({ atMs, afterMs }) => atMs - afterMs)
    return this.#beganMs.map((from, i) => {
      const until = this.#beganMs[i + 1] ?? Infinity
      return sentMs.filter((at) => at >= from && at < until).length
    })
  }
}

/** A link fails, and comes back when as many datagrams as are under way have been answered or given up. */
export async function interrupt({ netlink }: Host, device: string, load: Traffic): Promise<void> {
  const addresses = [...netlink.address.list({ device, family: 'ipv6' })].filter(({ scope }) => scope === 'global')
  const routes = [...netlink.route.list({ device, table: 'all' })].filter(({ via }) => via !== undefined)
  netlink.link.set({ name: device, up: false })
  await load.reached(load.progress.requests + LANES)
  netlink.link.set({ name: device, up: true })
  // A link that goes takes its IPv6 addresses along, and routes by routers.
  for (const { address } of addresses) netlink.address.replace({ device, address, flags: ['nodad'] })
  for (const { destination, via, table } of routes) netlink.route.replace({ destination, via: via!, device, table })
}

/** For who reads the log of a virtual machine: docs/load-balancer.md states it. */
export function tellLost(what: string, lost: readonly number[]): void {
  process.stderr.write(`counted: ${what}: ${lost.join(', ')}\n`)
}
