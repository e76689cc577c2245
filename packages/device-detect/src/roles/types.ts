/** A device with a task, or why none has it. */
export interface Role {
  readonly device?: string
  readonly why: string
}

/** What decides about the devices with a task. */
export interface RoleOptions {
  /** The node's own addresses, as Kubernetes knows them; the first that a device has decides. */
  readonly nodeAddresses?: readonly string[] | undefined
  /** Cilium's `direct-routing-device`. */
  readonly directRoutingDevice?: string | undefined
  /** Cilium's `ipv6-mcast-device`. */
  readonly ipv6MulticastDevice?: string | undefined
}

/** The devices with a task of their own. */
export interface Roles {
  /** Packets to other nodes' pods leave by it. */
  readonly directRouting: Role
  /** Neighbour solicitations for pods are taken on it. */
  readonly ipv6Multicast: Role
  /** All chosen devices, these among them, by index. */
  readonly devices: readonly string[]
}
