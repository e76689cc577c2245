import { NETLINK_GENERIC } from '../descriptor.ts'
import type { NetlinkOptions } from '../netlink.ts'
import { withNamespace } from '../namespace/reference.ts'
import { readMessage } from '../route/attributes-of.ts'
import { RouteSocket } from '../socket.ts'
import { featuresAttributes } from './ethtool-attributes.ts'
import { familyId, genericBody, GENLMSGHDR } from './family.ts'

const ETHTOOL_MSG_FEATURES_GET = 11
const ETHTOOL_MSG_FEATURES_SET = 12

/** A device's offloads: `ethtool -k` and `ethtool -K`, over generic netlink (Linux 5.7). */
export class Ethtool implements Disposable {
  readonly #socket: RouteSocket
  readonly #family: number

  constructor(socket: RouteSocket) {
    this.#socket = socket
    this.#family = familyId(socket, 'ethtool')
  }

  /**
   * The features that are on, by the kernel's names: `tx-checksum-ip-generic`, `tx-vlan-hw-insert`, `rx-gro`, …
   * `NOT_FOUND` when there is no such device. Equivalent to `ethtool -k <device>`. Linux 5.7.
   */
  features(device: string): Set<string> {
    const operation = 'ethtool.features'
    const message = this.#socket.get({
      operation,
      subject: `device ${JSON.stringify(device)}`,
      type: this.#family,
      body: genericBody(ETHTOOL_MSG_FEATURES_GET, featuresAttributes, { header: { name: device } }),
    })
    const { active } = readMessage(operation, message, GENLMSGHDR, featuresAttributes).values
    return new Set(active?.bits?.map((bit) => bit.name).filter((name) => name !== undefined))
  }

  /**
   * Switches features on (`true`) or off. What the device cannot change stays as it is: look at {@link features}.
   * Equivalent to `ethtool -K <device> <feature> on|off …`. Linux 5.7.
   */
  setFeatures(device: string, features: Readonly<Record<string, boolean>>): void {
    const bits = Object.entries(features).map(([name, on]) => (on ? ({ name, value: true } as const) : { name }))
    this.#socket.change({
      operation: 'ethtool.setFeatures',
      subject: `device ${JSON.stringify(device)}`,
      type: this.#family,
      body: genericBody(ETHTOOL_MSG_FEATURES_SET, featuresAttributes, { header: { name: device }, wanted: { bits } }),
    })
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

/** Opens ethtool's netlink in a network namespace. `NOT_SUPPORTED` before Linux 5.7. */
export function openEthtool(options: NetlinkOptions = {}): Ethtool {
  const { ns, ...rest } = options
  const open = (namespaceFd?: number): Ethtool => {
    const socket = new RouteSocket({ ...rest, protocol: NETLINK_GENERIC, detail: 'ethtool socket', namespaceFd })
    try {
      return new Ethtool(socket)
    } catch (error) {
      socket[Symbol.dispose]()
      throw error
    }
  }
  return ns === undefined ? open() : withNamespace('openEthtool', ns, open)
}
