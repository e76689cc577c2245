import type { PeerView } from '../src/export/view.ts'

export const view: PeerView = {
  name: 'tor-1',
  labels: { rack: 'a' },
  nodeLabels: { zone: 'one' },
  localAsn: 65001,
  external: true,
  as4: true,
  extendedNextHop: false,
  nextHops: { ipv4: '10.0.0.1', ipv6: '2001:db8::1' },
  draining: false,
}
