import type { DeviceAddress, Family, Link, NextHop, Route } from 'netlink-ts'

/** What of a device decides. */
export type LinkFacts = Pick<Link, 'index' | 'name' | 'altNames' | 'kind' | 'type' | 'flags' | 'address' | 'master'>

/** What of a device's address decides. */
export type AddressFacts = Pick<DeviceAddress, 'index' | 'family' | 'address' | 'scope'>

/** What of a route decides. */
export type RouteFacts = Pick<
  Route,
  'family' | 'destination' | 'type' | 'table' | 'index' | 'metric' | 'via' | 'nexthopId'
> & { readonly nexthops?: readonly Pick<NextHop, 'index'>[] }

/** A default route of a device. */
export interface DefaultRoute {
  readonly table: number
  /** The smaller, the better. */
  readonly metric: number
}

/** The global unicast routes of one family that lead out of one device. */
export interface RouteSummary {
  readonly index: number
  readonly family: Family
  readonly count: number
  /** One of them. */
  readonly example: { readonly destination: string; readonly table: number }
  /** The best of its default routes: those of the main table first, then by metric. */
  readonly default?: DefaultRoute
}

/** A network namespace at one moment, as far as it decides. */
export interface Snapshot {
  readonly links: readonly LinkFacts[]
  readonly routes: readonly RouteSummary[]
  readonly addresses: readonly AddressFacts[]
}
