import { type Labels, matchesAny } from '../rib/selector.ts'
import type { PeerConfig } from '../speaker/peer-config.ts'
import type { Speaker } from '../speaker/speaker.ts'
import { placeOf } from './peer-rules.ts'
import type { BgpConfig, ConfiguredPeer } from './model.ts'

/** Who announces what a configuration lists. */
export const CONFIGURED = 'configured'

/** The peers that this node speaks with; of several with the same address, the first. */
export function peersOf({ peers }: BgpConfig, nodeLabels: Labels): PeerConfig[] {
  const mine = peers.filter(({ nodeSelectors }) => matchesAny(nodeSelectors, nodeLabels))
  return mine.filter((peer, i) => mine.findIndex((one) => placeOf(one) === placeOf(peer)) === i).map(withoutSelectors)
}

/** Makes a speaker do what a configuration says; its sessions go on where nothing about them has changed. */
export function applyBgpConfig(speaker: Speaker, config: BgpConfig, nodeLabels: Labels): void {
  speaker.setNodeLabels(nodeLabels)
  speaker.setPeers(peersOf(config, nodeLabels))
  speaker.rib.replace(CONFIGURED, config.announcements)
}

function withoutSelectors(configured: ConfiguredPeer): PeerConfig {
  const { nodeSelectors: _selectors, ...peer } = configured
  return peer
}
