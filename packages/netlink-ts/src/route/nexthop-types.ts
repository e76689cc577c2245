import type { Family } from './families.ts'
import type { RouteFlag, RouteProtocol } from './route-types.ts'
import type { Scope } from './scopes.ts'

/** A member of a group: a nexthop object's id, and its weight from 1 to 256; since Linux 6.12 to 65,535. */
export interface NextHopMember {
  readonly id: number
  readonly weight: number
}

/** A resilient group's buckets keep their member while it is busy (since 5.13). */
export interface ResilientOptions {
  /** Their number. */
  buckets?: number
  /** A bucket without traffic for this long may go to another member. */
  idleTimerMs?: number
  /** After this long out of balance, busy buckets move too; 0 never. */
  unbalancedTimerMs?: number
}

/** A nexthop object, as `ip nexthop show` knows it. */
export interface NextHopObject {
  readonly id: number
  /** `undefined` for a group. */
  readonly family?: Family
  readonly scope: Scope | number
  readonly protocol: RouteProtocol | number
  readonly via?: string
  readonly index?: number
  readonly blackhole: boolean
  /** For the bridge's forwarding table (vxlan), not for routes. */
  readonly fdb: boolean
  readonly group?: readonly NextHopMember[]
  readonly groupType?: 'multipath' | 'resilient' | number
  readonly resilient?: ResilientOptions
  readonly flags: readonly RouteFlag[]
}

export interface NextHopObjectAdd {
  readonly id: number
  /** When `via` does not say; default `ipv4`. */
  readonly family?: Family
  readonly via?: string
  readonly device?: string
  readonly index?: number
  readonly blackhole?: boolean
  readonly fdb?: boolean
  /** Objects to share the traffic; weight is 1 when left out. */
  readonly group?: readonly { readonly id: number; readonly weight?: number }[]
  readonly resilient?: Readonly<ResilientOptions>
  readonly protocol?: RouteProtocol | number
  readonly flags?: readonly ('onlink' | 'pervasive')[]
}

export interface NextHopListOptions {
  readonly device?: string
  readonly index?: number
  /** Groups only. */
  readonly groups?: boolean
}
