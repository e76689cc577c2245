import { Icmpv6Type } from '@skep/packet'
import {
  type NamespaceReference,
  openPacketSocket,
  openRawSocket,
  type PacketSocket,
  type RawSocket,
  SocketError,
} from 'sockets-ts'
import type { RouterConfig } from '../machine/config.ts'
import { announcement } from '../neighbor/announce.ts'
import { answer, solicitedNodeGroup, solicitedNodeMac } from '../neighbor/answer.ts'
import { encodeAdvertisement, groups, VRRP_HOPS, VRRP_PROTOCOL } from '../wire/advertisement.ts'
import type { Incoming } from '../wire/receive.ts'

/** The device that a virtual router is on. */
export interface LinkDevice {
  readonly name: string
  readonly index: number
  /** Its MAC address: the addresses' while active, as keepalived has it by default. */
  readonly mac: string
}

interface LinkOptions {
  readonly config: RouterConfig
  readonly device: LinkDevice
  readonly namespace?: NamespaceReference | undefined
}

interface LinkHooks {
  readonly heard: (message: Incoming) => void
  readonly owns: (address: string) => boolean
  readonly failed: (error: Error) => void
}

const NETWORK_CONTROL = 0xc0
const ETHER_ARP = 0x0806
const ETHER_IPV6 = 0x86dd
const NEXT_HEADER = 20
const ICMPV6_TYPE = 54
const ICMPV6 = 58

/** A virtual router's sockets: one for VRRP, one for the questions of neighbours. */
export class Link implements Disposable {
  readonly #device: LinkDevice
  readonly #hooks: LinkHooks
  readonly #vrrp: RawSocket
  readonly #neighbors: PacketSocket
  readonly #groups: RawSocket | undefined
  readonly #joined = new Set<string>()

  constructor({ config, device, namespace }: LinkOptions, hooks: LinkHooks) {
    this.#device = device
    this.#hooks = hooks
    const { family, peers } = config
    using stack = new DisposableStack()
    const common = { family, namespace, device: device.name }
    this.#vrrp = stack.use(
      openRawSocket({ ...common, protocol: VRRP_PROTOCOL, hops: VRRP_HOPS, trafficClass: NETWORK_CONTROL }),
    )
    if (peers.length === 0) this.#vrrp.join(groups[family], device.index)
    this.#neighbors = stack.use(openPacketSocket({ device: device.index, namespace, ...questions[family] }))
    // Memberships end with the socket. It only tells switches and the card what to let through, and is never read.
    if (family === 'ipv6') this.#groups = stack.use(openRawSocket({ ...common, protocol: VRRP_PROTOCOL, queue: 1 }))
    void this.#read(this.#vrrp, (message) => hooks.heard(message))
    void this.#read(this.#neighbors, ({ bytes }) => this.#answer(bytes))
    stack.move()
  }

  /** Has questions about these addresses let through to this host (IPv6 asks a group of its own for each). */
  listen(addresses: readonly string[]): void {
    for (const address of addresses) {
      const group = address.includes(':') ? solicitedNodeGroup(address) : undefined
      if (group === undefined || this.#joined.has(group)) continue
      this.#joined.add(group)
      this.#neighbors.join(solicitedNodeMac(address))
      this.#groups?.join(group, this.#device.index)
    }
  }

  /** Tells the others. With peers each is told, also when another cannot be. */
  advertise(config: RouterConfig, priority: number): void {
    const { id, interval, addresses, family, source, peers, checksum } = config
    const failures: unknown[] = []
    for (const to of peers.length > 0 ? peers : [groups[family]]) {
      const message = encodeAdvertisement({ id, priority, interval, addresses }, { from: source, to }, checksum)
      try {
        this.#vrrp.send(message, { to, from: source, device: this.#device.index })
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Tells everybody on the link where the addresses are. */
  announce(addresses: readonly string[], times: number): void {
    const frames = addresses.map((address) => announcement(address, this.#device.mac))
    for (let i = 0; i < times; i++) for (const frame of frames) this.#neighbors.send(frame)
  }

  [Symbol.dispose](): void {
    this.#vrrp[Symbol.dispose]()
    this.#neighbors[Symbol.dispose]()
    this.#groups?.[Symbol.dispose]()
  }

  #answer(frame: Uint8Array): void {
    const reply = answer(frame, this.#device.mac, this.#hooks.owns)
    if (reply !== undefined) this.#neighbors.send(reply)
  }

  async #read<T>(socket: AsyncIterable<T>, use: (received: T) => void): Promise<void> {
    try {
      for await (const received of socket) this.#guard(() => use(received))
    } catch (error) {
      this.#hooks.failed(error as Error)
    }
  }

  #guard(use: () => void): void {
    try {
      use()
    } catch (error) {
      if (!(error instanceof SocketError)) throw error
      this.#hooks.failed(error)
    }
  }
}

const questions = {
  ipv4: { etherType: ETHER_ARP },
  ipv6: {
    etherType: ETHER_IPV6,
    filter: [
      { offset: NEXT_HEADER, size: 1, values: [ICMPV6] },
      { offset: ICMPV6_TYPE, size: 1, values: [Icmpv6Type.neighborSolicitation] },
    ],
  },
} as const
