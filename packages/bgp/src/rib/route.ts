import type { Cidr } from '@skep/packet'
import type { AsPath } from '../wire/attributes/as-path.ts'
import type { PathAttributes } from '../wire/attributes/attributes.ts'
import { namedCommunities } from '../wire/community-text.ts'
import type { Selector } from './selector.ts'

/** What a route that we announce carries. Absent: what is usual. */
export interface RouteAttributes extends Pick<
  PathAttributes,
  | 'origin'
  | 'med'
  | 'localPref'
  | 'communities'
  | 'extendedCommunities'
  | 'largeCommunities'
  | 'atomicAggregate'
  | 'aggregator'
  | 'unknown'
> {
  /** What stands behind our own AS. */
  readonly asPath?: AsPath
  /** Our own address in the session, or this one. */
  readonly nextHop?: string
}

/** Where a route is announced. Absent: everywhere. */
export interface Scope {
  /** Peers by name, or by their labels; one must match. */
  readonly peers?: readonly (string | Selector)[] | undefined
  /** Nodes that announce it; one must match. */
  readonly nodes?: readonly Selector[] | undefined
}

/**
 * Prefixes that somebody wants announced. Owner, reason and prefix together say which route it is: what another owner, or
 * the same for another reason, announces is another route, and a prefix is withdrawn when the last one is gone.
 */
export interface Announcement {
  /** Which feature: `pod-cidr`, `service`. */
  readonly owner: string
  /** Why, for whoever looks: `service default/web`. */
  readonly reason: string
  /** Host bits are cleared. */
  readonly prefixes: Iterable<string | Cidr>
  readonly attributes?: RouteAttributes | undefined
  readonly scope?: Scope | undefined
}

/** Which routes to withdraw: all of an owner's, or those that agree in what else is given. */
export interface Withdrawal {
  readonly owner: string
  readonly reason?: string | undefined
  readonly prefixes?: Iterable<string | Cidr> | undefined
}

/** A route that is there. */
export interface Route {
  readonly prefix: string
  readonly owner: string
  readonly reason: string
  readonly attributes: RouteAttributes
  readonly scope: Scope
}

/**
 * The route about to go (RFC 8326): with GRACEFUL_SHUTDOWN, so that other ASes take another way while this one still
 * works, and within ours with the lowest preference.
 */
export function draining(attributes: RouteAttributes = {}): RouteAttributes {
  const mark = namedCommunities['graceful-shutdown']!
  const others = (attributes.communities ?? []).filter((one) => one !== mark)
  return { ...attributes, localPref: 0, communities: [...others, mark] }
}
