import type { Neighbor, NeighborFlag, NeighborState } from 'netlink-ts'

/**
 * What a next hop is good for: `usable`: packets are sent to its MAC address; `resolving`: it has not answered yet;
 * `failed`: it does not answer, and stays so until it does; `absent`: the kernel has no entry for it.
 */
export type Phase = 'usable' | 'resolving' | 'failed' | 'absent'

/** A next hop as it is, and since when. Times in milliseconds since 1970. */
export interface HopState {
  readonly phase: Phase
  /** Since when it is in this phase; a usable one: with this MAC address. */
  readonly since: number
  /** The kernel's state (`NUD_*`), by the names of `ip neigh`. */
  readonly kernel: NeighborState | number | 'none'
  readonly flags: readonly NeighborFlag[]
  /** The MAC address that packets are sent to, or were sent to at last. */
  readonly mac?: string
  /** How often it stopped answering, and how often it came with another MAC address. */
  readonly failures: number
  readonly moves: number
}

/** What the kernel tells of a neighbour; `undefined`: it has no entry. */
export type Fact = Pick<Neighbor, 'state' | 'lladdr' | 'flags'> | undefined
