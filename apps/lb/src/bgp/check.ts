import { desiredRoutes, type Weighed } from './desired.ts'

/** Whom `run` would tell of what, if every backend were healthy. */
export function bgpLines(config: Weighed): string[] {
  const { bgp } = config
  if (bgp === undefined) return []
  const peers = bgp.peers.map(({ name, address, asn }) => `${name} (${address}, AS ${asn})`)
  const routes = desiredRoutes(config, new Set()).filter(({ state }) => state === 'announced')
  const prefixes = [...new Set(routes.map(({ prefix }) => prefix))]
  return [`bgp: AS ${bgp.asn} tells ${peers.join(', ') || 'nobody'} of ${prefixes.join(', ') || 'nothing'}`]
}
