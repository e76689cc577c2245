import type { LbXdp } from '@skep/datapath/lb-xdp'
import { BpfError } from 'libbpf-ts'
import { type MonitorEvent, type Netdev, type Netlink, NetlinkError, openNetdev } from 'netlink-ts'
import { planSenders } from './plan.ts'

/** Drivers begin and cease to send for XDP without a message: they are asked so often, and whenever a link changes. */
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

  /** They may be others by now. */
  get isDue(): boolean {
    return performance.now() >= this.#askAt
  }

  /**
   * Brings the table to what the host's devices can do now. `isGeneric`: the program is on none of them natively. `left`: by
   * name, devices that are left to the kernel.
   */
  sync(isGeneric: boolean, left: readonly string[] = []): void {
    this.#askAt = performance.now() + ASK_EVERY_MS
    const links = [...this.#netlink.link.list({ statistics: false })].filter(({ name }) => !left.includes(name))
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

function netdevOf(): Netdev | undefined {
  try {
    return openNetdev()
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'NOT_SUPPORTED') return undefined
    throw error
  }
}
