import type { DeviceAddress } from '../route/address-types.ts'
import type { Link } from '../route/link-types.ts'
import type { Neighbor } from '../route/neighbor-types.ts'
import type { NextHopObject } from '../route/nexthop-types.ts'
import type { Route } from '../route/route-types.ts'
import type { Rule } from '../route/rule-types.ts'

/** What can be watched, and what an event about it holds. */
export interface Watched {
  link: Link
  address: DeviceAddress
  route: Route
  rule: Rule
  neighbor: Neighbor
  nexthop: NextHopObject
}

export type WatchedKind = keyof Watched

/** Something came, is different now, or went (`value` is then what it was at last). */
export type Change = {
  [K in WatchedKind]: { readonly type: K; readonly action: 'add' | 'change' | 'remove'; readonly value: Watched[K] }
}[WatchedKind]

/**
 * The tables were read whole, and this is how they differ from what was reported before: everything at the `start`;
 * after an `overrun` (the kernel had more to say than the receive buffer held) what was missed.
 */
export interface Resync {
  readonly type: 'resync'
  readonly reason: 'start' | 'overrun'
  readonly changes: readonly Change[]
}

export type MonitorEvent = Change | Resync

export interface MonitorOptions {
  /** Ends the iteration: the pending `next()` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Bytes of events that may wait for the reader. Default 1 MiB; past the system's limit with CAP_NET_ADMIN only. */
  readonly receiveBuffer?: number | undefined
}
