import { type NamespaceReference, openRawSocket, type RawSocket } from 'sockets-ts'
import { hostTimers, type Timers } from '../speaker/timers.ts'
import {
  ALL_NODES,
  ALL_ROUTERS,
  encodeAdvertisement,
  encodeSolicitation,
  ICMPV6,
  NEIGHBOR_HOPS,
  readArrival,
} from './advertisement.ts'
import type { Discovery, DiscoveryEvents } from './discovery.ts'

/** Between advertisements, at first and then, and until the next try where one could not be sent. */
const FIRST_MS = 3000
const EVERY_MS = 10_000
const RETRY_MS = 1000
const FIRST = 3

export interface RouterDiscoveryOptions {
  readonly namespace?: NamespaceReference | undefined
  readonly timers?: Timers | undefined
}

/**
 * Router discovery (RFC 4861), as routers use it for unnumbered sessions: each side advertises itself on the link, and
 * learns the other's link-local address by that. Takes CAP_NET_RAW. Linux 5.1.
 */
export function routerDiscovery({ namespace, timers = hostTimers }: RouterDiscoveryOptions = {}): Discovery {
  return { watch: (device, events) => new Watch(device, events, timers, namespace) }
}

class Watch implements Disposable {
  readonly #device: string
  readonly #events: DiscoveryEvents
  readonly #timers: Timers
  readonly #namespace: NamespaceReference | undefined
  #socket: RawSocket | undefined
  #cancel: () => void = () => undefined
  #sent = 0
  #sentAt = -Infinity
  #heard = false
  #trouble: string | undefined

  constructor(device: string, events: DiscoveryEvents, timers: Timers, namespace: NamespaceReference | undefined) {
    this.#device = device
    this.#events = events
    this.#timers = timers
    this.#namespace = namespace
    this.#cancel = timers.set(0, () => this.#advertise())
  }

  [Symbol.dispose](): void {
    this.#cancel()
    this.#close()
  }

  #advertise(): void {
    this.#cancel()
    const problem = this.#say()
    if (problem !== undefined && problem !== this.#trouble) this.#events.failed(problem)
    this.#trouble = problem
    const next = problem === undefined ? (this.#sent < FIRST ? FIRST_MS : EVERY_MS) : RETRY_MS
    this.#cancel = this.#timers.set(next, () => this.#advertise())
  }

  /** What hinders us, if anything. */
  #say(): string | undefined {
    try {
      this.#socket ??= this.#open()
      this.#socket.send(encodeAdvertisement(), { to: ALL_NODES })
      this.#sent++
      this.#sentAt = this.#timers.elapsed()
      if (!this.#heard) this.#socket.send(encodeSolicitation(), { to: ALL_ROUTERS })
      return undefined
    } catch (error) {
      this.#close()
      return `${this.#device} cannot be advertised on: ${(error as Error).message}`
    }
  }

  #open(): RawSocket {
    const namespace = this.#namespace
    using stack = new DisposableStack()
    const socket = stack.use(
      openRawSocket({ family: 'ipv6', protocol: ICMPV6, device: this.#device, hops: NEIGHBOR_HOPS, namespace }),
    )
    for (const group of [ALL_NODES, ALL_ROUTERS]) socket.join(group, socket.device)
    stack.move()
    void this.#listen(socket)
    return socket
  }

  /** Ends with the socket. */
  async #listen(socket: RawSocket): Promise<void> {
    for await (const arrival of socket) {
      const what = readArrival(arrival)
      if (what === 'solicitation') this.#answer()
      if (what !== 'advertisement') continue
      this.#heard = true
      this.#events.heard({ address: arrival.from, device: arrival.device })
    }
  }

  /** Sooner than it is due, but not too often (RFC 4861, 6.2.6). */
  #answer(): void {
    this.#cancel()
    const wait = Math.max(0, this.#sentAt + FIRST_MS - this.#timers.elapsed())
    this.#cancel = this.#timers.set(wait, () => this.#advertise())
  }

  #close(): void {
    this.#socket?.[Symbol.dispose]()
    this.#socket = undefined
  }
}
