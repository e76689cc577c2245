import type { ChecksumKind } from '@skep/vrrp'

/** How the service addresses are announced on the link where no router tells the way to them. */
export interface Announce {
  readonly vrrp: readonly VrrpGroup[]
}

/** A group of load balancers of which one at a time owns the addresses. Each family is a virtual router of its own. */
export interface VrrpGroup {
  /** `virtual_router_id`, 1 to 255. */
  readonly id: number
  readonly device: string
  /** 1 to 255. */
  readonly priority: number
  readonly advertisementSeconds: number
  readonly preempt: boolean
  readonly preemptDelaySeconds: number
  /** Unicast to these; empty: multicast. */
  readonly peers: readonly string[]
  /** Own addresses in advertisements, at most one of each family; empty: the device's first (IPv6: link-local). */
  readonly sources: readonly string[]
  /** Names of services whose addresses are announced. */
  readonly services: 'all' | readonly string[]
  readonly checksum: ChecksumKind
  readonly track: Track
  readonly garp: Garp
}

/** What becomes of the priority when services have no usable backend. With none that has, the group is left to the others. */
export interface Track {
  /** Taken off the priority for each such service; 0: nothing. */
  readonly decrement: number
}

/** Gratuitous ARP and unsolicited neighbour advertisements. */
export interface Garp {
  /** At a time. */
  readonly repeat: number
  /** Once more after taking over; 0: not. */
  readonly delaySeconds: number
  /** Again so often; 0: never. */
  readonly refreshSeconds: number
  readonly refreshRepeat: number
}
