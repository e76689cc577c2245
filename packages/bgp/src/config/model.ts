import type { Announcement, RouteAttributes } from '../rib/route.ts'
import type { Selector } from '../rib/selector.ts'
import type { PeerConfig } from '../speaker/peer-config.ts'
import type { Listening } from '../speaker/options.ts'
import type { AggregationLength } from '../rib/aggregate.ts'

/** A peer, and the nodes that speak with it; none given: all. */
export interface ConfiguredPeer extends PeerConfig {
  readonly nodeSelectors: readonly Selector[]
}

/** How the addresses of a pool are announced. */
export interface Advertisement {
  readonly aggregation: AggregationLength
  readonly attributes: RouteAttributes
  /** Names of peers; absent: all. */
  readonly peers?: readonly string[] | undefined
}

/** Addresses that services of type LoadBalancer are given. */
export interface AddressPool {
  readonly name: string
  /** Each the first and last address of a range. */
  readonly ranges: readonly AddressRange[]
  /** Services that ask for no pool may be given one of these. */
  readonly autoAssign: boolean
  /** IPv4 addresses that end in .0 and .255 are left out. */
  readonly avoidBuggyIps: boolean
  readonly advertisements: readonly Advertisement[]
}

export interface AddressRange {
  readonly first: string
  readonly last: string
}

/** What a configuration says, whichever format it came in. */
export interface BgpConfig {
  /** Absent in MetalLB's format, where each peer has it. */
  readonly asn?: number | undefined
  readonly routerId?: string | undefined
  readonly listen?: Listening | undefined
  readonly peers: readonly ConfiguredPeer[]
  readonly pools: readonly AddressPool[]
  /** What is announced whatever the cluster has. */
  readonly announcements: readonly Omit<Announcement, 'owner'>[]
}
