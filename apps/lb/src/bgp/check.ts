import { placeOf } from '@skep/bgp/fields'
import { desiredRoutes, type Weighed } from './desired.ts'

/** Whom `run` would tell of what, if every backend were healthy. */
export function bgpLines(config: Weighed): string[] {
  const { bgp } = config
  if (bgp === undefined) return []
  const peers = bgp.peers.map((peer) => `${peer.name} (${placeOf(peer)}, AS ${peer.asn})`)
  const services = config.services.map((service) => ({ ...service, healthCheck: undefined }))
  const nothing = new Map<string, string>()
  const circumstances = { leaving: new Set<string>(), told: new Set<string>(), unreachable: nothing, unserved: nothing }
  const routes = desiredRoutes({ ...config, services }, circumstances).filter(({ state }) => state === 'announced')
  const prefixes = [...new Set(routes.map(({ prefix }) => prefix))]
  return [`bgp: AS ${bgp.asn} tells ${peers.join(', ') || 'nobody'} of ${prefixes.join(', ') || 'nothing'}`]
}
