import type { Netlink } from 'netlink-ts'
import { podNetworks, type PodNetwork } from './networks.ts'

/** The host's side of a pod's veth. */
export interface PodDevice {
  readonly index: number
  readonly name: string
  /** The host's number for the namespace of its other side. */
  readonly network: number | undefined
}

/** Looks for pods' devices and namespaces; what it has looked at, it asks no second time. For one round. */
export class PodFinder {
  readonly #netlink: Netlink
  #networks: readonly PodNetwork[] | undefined
  #devices: readonly PodDevice[] | undefined

  constructor(netlink: Netlink) {
    this.#netlink = netlink
  }

  /** Where the route to a pod leads, if that is a veth; where it is a bridge, the veth to the namespace with the address. */
  device(addresses: readonly string[]): PodDevice | undefined {
    return this.#byRoute(addresses) ?? this.#byAddress(addresses)
  }

  /** The cookie of the network namespace that a device leads to. */
  cookie({ network }: PodDevice): bigint | undefined {
    return network === undefined ? undefined : this.#allNetworks.find(({ id }) => id === network)?.cookie
  }

  #byRoute(addresses: readonly string[]): PodDevice | undefined {
    for (const address of addresses) {
      const { index, via } = this.#netlink.route.get(address) ?? {}
      const found = via === undefined ? this.#veths.find((veth) => veth.index === index) : undefined
      if (found) return found
    }
    return undefined
  }

  #byAddress(addresses: readonly string[]): PodDevice | undefined {
    const ids = this.#allNetworks
      .filter((network) => addresses.some((address) => network.addresses.includes(address)))
      .map(({ id }) => id)
    return this.#veths.find(({ network }) => network !== undefined && ids.includes(network))
  }

  get #veths(): readonly PodDevice[] {
    return (this.#devices ??= [...this.#netlink.link.list({ kind: 'veth', statistics: false })].map(
      ({ index, name, linkNetnsid: network }) => ({ index, name, network }),
    ))
  }

  get #allNetworks(): readonly PodNetwork[] {
    return (this.#networks ??= [...podNetworks(this.#netlink)])
  }
}
