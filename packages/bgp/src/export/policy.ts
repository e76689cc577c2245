import { prepend } from '../wire/attributes/as-path.ts'
import { encodeAttributes } from '../wire/attributes/encode.ts'
import { reachHead } from '../wire/attributes/multiprotocol.ts'
import type { Family } from '../wire/family.ts'
import { draining, type RouteAttributes, type Scope } from '../rib/route.ts'
import { matches, matchesAny } from '../rib/selector.ts'
import type { Template } from '../rib/template.ts'
import type { PeerView } from './view.ts'

/** What a route's message says beside its prefixes. */
export interface Outgoing {
  /** The prefixes stand in the message's own field; else in MP_REACH_NLRI, which begins with this. */
  readonly reachHead: Uint8Array | undefined
  readonly attributes: Uint8Array
}

/** What one peer is told of routes with a template: a message's parts, or why nothing. */
export type Export = Outgoing | { readonly withheld: string }

const DEFAULT_LOCAL_PREF = 100
/** What a message has room for, with at least one prefix. */
const MOST_ATTRIBUTES = 4000

export function exportRoutes(family: Family, { attributes, scope }: Template, view: PeerView): Export {
  const outside = outsideScope(scope, view)
  if (outside !== undefined) return { withheld: outside }
  const nextHop = attributes.nextHop ?? ownNextHop(family, view)
  if (nextHop === undefined)
    return { withheld: `the session has no ${family} address of ours to be the next hop; set one` }
  const wide = nextHop.includes(':')
  if (family === 'ipv6' && !wide) return { withheld: `the next hop ${nextHop} is not an IPv6 address` }
  if (family === 'ipv4' && wide && !view.extendedNextHop)
    return { withheld: `the next hop ${nextHop} is an IPv6 address, which the peer does not take for IPv4 (RFC 8950)` }
  const encoded = encode(view.draining ? draining(attributes) : attributes, wide ? undefined : nextHop, view)
  if (encoded.length > MOST_ATTRIBUTES)
    return { withheld: `its attributes have ${encoded.length} bytes, and ${MOST_ATTRIBUTES} have room in a message` }
  return { reachHead: wide ? reachHead(family, { address: nextHop }) : undefined, attributes: encoded }
}

/** Why a route is not for this peer or node. */
function outsideScope({ peers, nodes }: Scope, { name, labels, nodeLabels }: PeerView): string | undefined {
  const forPeer =
    peers === undefined || peers.some((one) => (typeof one === 'string' ? one === name : matches(one, labels)))
  if (!forPeer) return 'it is for other peers'
  return matchesAny(nodes, nodeLabels)
    ? undefined
    : 'it is for other nodes: their selectors do not match this one’s labels'
}

function ownNextHop(family: Family, { nextHops, extendedNextHop }: PeerView): string | undefined {
  if (family === 'ipv6') return nextHops.ipv6
  return nextHops.ipv4 ?? (extendedNextHop ? nextHops.ipv6 : undefined)
}

function encode(attributes: RouteAttributes, nextHop: string | undefined, view: PeerView): Uint8Array {
  const { external, as4, localAsn } = view
  const { nextHop: _, origin = 'igp', asPath = [], localPref = DEFAULT_LOCAL_PREF, ...others } = attributes
  const path = external ? prepend(asPath, localAsn) : asPath
  return encodeAttributes(
    { ...others, origin, asPath: path, localPref, ...(nextHop !== undefined && { nextHop }) },
    { as4, external },
  )
}
