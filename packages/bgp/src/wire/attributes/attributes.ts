import type { AsPath } from './as-path.ts'
import type { Aggregator } from './aggregation.ts'
import type { LargeCommunity } from './communities.ts'
import type { Origin } from './origin.ts'

/** An attribute that we do not know, as it is. */
export interface UnknownAttribute {
  readonly flags: number
  readonly code: number
  readonly value: Uint8Array
}

/** What a route carries besides its prefix. The next hop of MP_REACH_NLRI stands there, not here. */
export interface PathAttributes {
  readonly origin?: Origin
  readonly asPath?: AsPath
  readonly nextHop?: string
  readonly med?: number
  readonly localPref?: number
  readonly atomicAggregate?: true
  readonly aggregator?: Aggregator
  readonly communities?: readonly number[]
  readonly originatorId?: string
  readonly clusterList?: readonly string[]
  readonly extendedCommunities?: readonly bigint[]
  readonly largeCommunities?: readonly LargeCommunity[]
  readonly unknown?: readonly UnknownAttribute[]
}
