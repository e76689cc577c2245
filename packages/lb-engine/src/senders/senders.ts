import type { LbXdp } from '@skep/datapath/lb-xdp'
import { BpfError } from 'libbpf-ts'
import { type MonitorEvent, type Netdev, type Netlink, NetlinkError, openNetdev } from 'netlink-ts'
import { planSenders } from './plan.ts'

/** Where no message tells that a driver begins or ceases to send for XDP (before Linux 6.3), it is asked so often. */
const ASK_EVERY_MS = 5000

/** Keeps the datapath's table of the devices that send what XDP redirects to them. */
export class Senders implements Disposable {
  readonly #netlink: Netlink
  readonly #netdev: Netdev | undefined
  readonly #devices: LbXdp['maps']['devices']
  readonly #forget: () => void
  #askAt = 0

  /** `forget`: has the datapath forget its next hops. */
  constructor(netlink: Netlink, { devices }: Pick<LbXdp['maps'], 'devices'>, forget: () => void) {
    this.#netlink = netlink
    this.#netdev = netdevOf()
    this.#devices = devices
    this.#forget = forget
  }

  /** Takes note of an event about the network; without one, anything may have changed. */
  note(event?: MonitorEvent): void {
    if (event === undefined || event.type === 'link') this.#askAt = 0
  }

  /** Why they are asked for time and again; `undefined`: the kernel tells of changes. */
  get whyPolled(): string | undefined {
    return this.#netdev === undefined
      ? `asked every ${ASK_EVERY_MS / 1000} s: before Linux 6.3 the kernel does not tell`
      : undefined
  }

  /** Notes each change of what a device can do, as it happens, until the signal aborts. Linux 6.3; before, nothing happens. */
  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    if (this.#netdev === undefined) return
    for await (const _ of this.#netdev.changes(signal)) {
      this.#askAt = 0
      yield
    }
  }

  /** Names of devices that are left to the kernel, whatever they can do. */
  left: readonly string[] = []

  /** They may be others by now. */
  get isDue(): boolean {
    return performance.now() >= this.#askAt
  }

  /** Brings the table to what the host's devices can do now. `isGeneric`: the program is on none of them natively. */
  sync(isGeneric: boolean): void {
    this.#askAt = this.#netdev === undefined ? performance.now() + ASK_EVERY_MS : Infinity
    const links = [...this.#netlink.link.list({ statistics: false })].filter(({ name }) => !this.left.includes(name))
    const wanted = new Set(planSenders(links, { features: this.#netdev?.xdpFeatures(), isGeneric }))
    const present = new Set(this.#devices.keys())
    for (const index of present.difference(wanted)) this.#devices.delete(index)
    for (const ifindex of wanted.difference(present)) this.#add(ifindex)
    if (present.symmetricDifference(wanted).size > 0) this.#forget()
  }

  [Symbol.dispose](): void {
    this.#netdev?.[Symbol.dispose]()
  }

  #add(ifindex: number): void {
    try {
      this.#devices.set(ifindex, { ifindex })
    } catch (error) {
      // It has gone meanwhile: the next event tells.
      if (!(error instanceof BpfError)) throw error
    }
  }
}

/** What each device of this namespace can do with XDP; `undefined` before Linux 6.3. */
export function readFeatures(): ReturnType<Netdev['xdpFeatures']> | undefined {
  using netdev = netdevOf()
  return netdev?.xdpFeatures()
}

function netdevOf(): Netdev | undefined {
  try {
    return openNetdev()
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'NOT_SUPPORTED') return undefined
    throw error
  }
}
