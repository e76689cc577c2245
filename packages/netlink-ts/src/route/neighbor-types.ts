import type { Family } from './families.ts'

/** `NUD_*`, by the names of `ip neigh`. */
export const neighborStates = {
  none: 0x00,
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const

export type NeighborState = keyof typeof neighborStates

/** `NTF_*`: eight bits in the message's header … */
export const neighborFlags = {
  use: 0x01,
  self: 0x02,
  master: 0x04,
  proxy: 0x08,
  extern_learn: 0x10,
  offload: 0x20,
  sticky: 0x40,
  router: 0x80,
} as const

/** … and `NTF_EXT_*`, in `NDA_FLAGS_EXT`. */
export const neighborExtFlags = { managed: 0x1, locked: 0x2, extern_valid: 0x4 } as const

/**
 * `managed` (since 5.16): the kernel resolves the entry by itself and keeps it reachable, and garbage collection
 * leaves it. `extern_learn`: another agent's entry; garbage collection leaves it. `use`: resolve it now.
 */
export type NeighborFlag = keyof typeof neighborFlags | keyof typeof neighborExtFlags

/** A neighbour entry, as `ip -s neigh show` knows it. */
export interface Neighbor {
  readonly index: number
  readonly family: Family
  readonly address: string
  /** Absent while it is not resolved. */
  readonly lladdr?: string
  readonly state: NeighborState | number
  readonly flags: readonly NeighborFlag[]
  readonly probes?: number
  /** Milliseconds since it was last used, confirmed and updated. */
  readonly usedMs?: number
  readonly confirmedMs?: number
  readonly updatedMs?: number
  /** Who added it: `RTPROT_*`. */
  readonly protocol?: number
}

export interface NeighborKey {
  /** The device's name, or … */
  readonly device?: string
  /** … its index. */
  readonly index?: number
  readonly address: string
  /** A proxy entry (`ip neigh add proxy`) has a key of its own. */
  readonly flags?: readonly NeighborFlag[]
}

export interface NeighborAdd extends NeighborKey {
  readonly lladdr?: string
  /** Default `permanent`; with `managed` or `use` and without `lladdr`, the kernel resolves: `none`. */
  readonly state?: NeighborState
  readonly protocol?: number
}

export interface NeighborListOptions {
  readonly device?: string
  readonly index?: number
  readonly family?: Family
  /** Only entries of these states; all when left out. */
  readonly states?: readonly NeighborState[]
  /** The proxy entries in place of the others. */
  readonly proxy?: boolean
}
