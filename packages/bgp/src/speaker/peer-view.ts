import type { OwnNextHops, PeerView } from '../export/view.ts'
import type { SessionConfig } from '../session/config.ts'
import type { Negotiated } from '../session/negotiate.ts'
import type { PeerConfig } from './peer-config.ts'
import type { Surroundings } from './surroundings.ts'

/** How routes look to a peer: what is configured, agreed and shared, and our address in the session. */
export function viewOf(
  { name, labels = {}, nextHops = {} }: PeerConfig,
  { localAsn }: SessionConfig,
  { shared: { nodeLabels, draining: drained } }: Surroundings,
  { local }: { readonly local: string },
  { external, as4, extendedNextHop }: Negotiated,
): PeerView {
  const own: OwnNextHops = local.includes(':') ? { ipv6: local } : { ipv4: local }
  const hops = { ipv4: nextHops.ipv4 ?? own.ipv4, ipv6: nextHops.ipv6 ?? own.ipv6 }
  const draining = typeof drained === 'boolean' ? drained : drained.has(name)
  return { name, labels, nodeLabels, draining, localAsn, external, as4, extendedNextHop, nextHops: hops }
}
