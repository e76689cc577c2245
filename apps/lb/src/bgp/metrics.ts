import { bgpMetrics, type PeerStatus } from '@skep/bgp'
import type { Family } from '../metrics/family.ts'

/** How the sessions are. */
export function bgpFamilies(peers: readonly PeerStatus[]): Family[] {
  return bgpMetrics(peers).map((metric) => {
    const labels = [...new Set(metric.samples.flatMap(({ labels: own }) => Object.keys(own)))]
    return { ...metric, labels }
  })
}
