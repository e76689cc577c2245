import { whyBetter } from '../rib/decision.ts'
import type { Rib } from '../rib/rib.ts'
import type { Route } from '../rib/route.ts'
import type { Family } from '../wire/family.ts'
import { compareSources } from '../export/choice.ts'
import { exportRoutes } from '../export/policy.ts'
import type { PeerView } from '../export/view.ts'
import { compareRoutes } from '../rib/decision.ts'

/** A peer as far as explaining takes. */
export interface Explained {
  readonly name: string
  /** Why it is told nothing at all. */
  readonly state: string
  readonly view: PeerView | undefined
  readonly families: readonly Family[]
  hasTold(family: Family, id: number): boolean
}

/** What becomes of one route at one peer. */
export interface Verdict {
  readonly peer: string
  readonly announced: boolean
  /** Why, or why not. */
  readonly why: string
}

/** A route and what becomes of it at each peer. */
export interface ExplainedRoute extends Route {
  readonly verdicts: readonly Verdict[]
}

/** What becomes of a prefix's routes at each of the peers. */
export function explainPrefix(rib: Rib, family: Family, id: number, peers: readonly Explained[]): ExplainedRoute[] {
  const routes = rib.routesOf(family, id)
  return routes.map((route) => ({ ...route, verdicts: peers.map((peer) => verdict(route, routes, peer, family, id)) }))
}

function verdict(route: Route, routes: readonly Route[], peer: Explained, family: Family, id: number): Verdict {
  const no = (why: string): Verdict => ({ peer: peer.name, announced: false, why })
  const { view } = peer
  if (view === undefined) return no(`the session is not up: ${peer.state}`)
  if (!peer.families.includes(family)) return no(`${family} is not agreed with this peer`)
  const withheld = reason(family, route, view)
  if (withheld !== undefined) return no(withheld)
  const [best] = routes.filter((one) => reason(family, one, view) === undefined).toSorted(compare)
  if (best !== undefined && best !== route)
    return no(
      `the route of ${best.owner} (${best.reason}) comes first: ${whyBetter(best.attributes, route.attributes)}`,
    )
  if (!peer.hasTold(family, id)) return no('it is on its way')
  return { peer: peer.name, announced: true, why: routes.length === 1 ? 'the only route' : 'the best of the routes' }
}

function reason(family: Family, route: Route, view: PeerView): string | undefined {
  const found = exportRoutes(family, route, view)
  return 'withheld' in found ? found.withheld : undefined
}

function compare(a: Route, b: Route): number {
  return compareRoutes(a.attributes, b.attributes) || compareSources(a, b)
}
