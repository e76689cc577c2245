import { bitNames } from '../bits.ts'
import { type Descriptor, NETLINK_GENERIC } from '../descriptor.ts'
import { NetlinkError } from '../error.ts'
import type { NetlinkOptions } from '../netlink.ts'
import { withNamespace } from '../namespace/reference.ts'
import { readMessage } from '../route/attributes-of.ts'
import { RouteSocket } from '../socket.ts'
import { type Family, findFamily, genericBody, GENLMSGHDR } from './family.ts'
import { native } from '../native.ts'
import { deviceChanges, openGroup } from './netdev-changes.ts'
import { netdevAttributes } from './netdev-attributes.ts'

const NETDEV_CMD_DEV_GET = 1

const xdpFeatures = {
  basic: 1,
  redirect: 2,
  'ndo-xmit': 4,
  'xsk-zerocopy': 8,
  'hw-offload': 16,
  'rx-sg': 32,
  'ndo-xmit-sg': 64,
} as const

/**
 * What a device can do with XDP, by the kernel's names. `basic`: drop, pass and transmit in the driver; `redirect`: send on by
 * another device; `ndo-xmit`: send what others redirect to it; `-sg`: also frames in several buffers.
 */
export type XdpFeature = keyof typeof xdpFeatures

/** What devices can do, over generic netlink's family `netdev` (Linux 6.3). */
export class Netdev implements Disposable {
  readonly #socket: RouteSocket
  readonly #family: Family

  constructor(socket: RouteSocket) {
    this.#socket = socket
    this.#family = findFamily(socket, 'netdev')
  }

  /** What each device of the namespace can do with XDP, by its number. It changes: some drivers send only while a program is on the device. Linux 6.3. */
  xdpFeatures(): Map<number, Set<XdpFeature>> {
    const operation = 'netdev.xdpFeatures'
    const request = genericBody(NETDEV_CMD_DEV_GET, netdevAttributes, {})
    const messages = this.#socket.dump({ operation, type: this.#family.id, body: request })
    return new Map(
      messages.map((message) => {
        const { index = 0, xdpFeatures: bits = 0n } = readMessage(
          operation,
          message,
          GENLMSGHDR,
          netdevAttributes,
        ).values
        return [index, new Set(bitNames(Number(bits), xdpFeatures))]
      }),
    )
  }

  /**
   * The devices of the namespace, by number, whose features change, as it happens, until the signal aborts; `undefined`
   * where some were missed. It follows from the first `next` on, on a socket of its own. Linux 6.3.
   */
  async *changes(signal?: AbortSignal): AsyncGenerator<number | undefined, void> {
    using descriptor = this.#openGroup()
    yield* deviceChanges(descriptor, this.#family.id, signal)
  }

  #openGroup(): Descriptor {
    const group = this.#family.groups.get('mgmt')
    if (group === undefined) throw new NetlinkError('NOT_SUPPORTED', 'netdev.changes', 'the family tells of no changes')
    const namespaceFd = native.namespaceOfSocket(this.#socket.fd)
    try {
      return openGroup(group, namespaceFd < 0 ? undefined : namespaceFd)
    } finally {
      if (namespaceFd >= 0) native.close(namespaceFd)
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

/** Opens the family `netdev` in a network namespace. `NOT_SUPPORTED` before Linux 6.3. */
export function openNetdev(options: NetlinkOptions = {}): Netdev {
  const { ns, ...rest } = options
  const open = (namespaceFd?: number): Netdev => {
    const socket = new RouteSocket({ ...rest, protocol: NETLINK_GENERIC, detail: 'netdev socket', namespaceFd })
    try {
      return new Netdev(socket)
    } catch (error) {
      socket[Symbol.dispose]()
      throw error
    }
  }
  return ns === undefined ? open() : withNamespace('openNetdev', ns, open)
}
