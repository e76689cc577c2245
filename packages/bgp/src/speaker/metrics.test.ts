import { expect, test } from '@jest/globals'
import { bgpMetrics } from './metrics.ts'

test('how a peer is, as metrics, with the last error in words', () => {
  const metrics = bgpMetrics([
    {
      name: 'tor-1',
      address: '10.0.0.254',
      asn: 65000,
      state: 'established',
      since: 0,
      flaps: 2,
      lastError: { what: 'the peer says: cease ("bye")', at: 1500 },
      advertised: { ipv4: 3, ipv6: 1 },
      received: { ipv4: 7, ipv6: 0 },
      pending: 4,
      badUpdates: 1,
      bfd: { state: 'up', text: '', downs: 3 },
    },
  ])
  const lines = metrics.flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) => [name, ...Object.values(labels), value].join(' ')),
  )
  expect(lines).toEqual([
    'skep_bgp_session_state tor-1 5',
    'skep_bgp_advertised_routes tor-1 ipv4 3',
    'skep_bgp_advertised_routes tor-1 ipv6 1',
    'skep_bgp_received_routes tor-1 ipv4 7',
    'skep_bgp_received_routes tor-1 ipv6 0',
    'skep_bgp_pending_routes tor-1 4',
    'skep_bgp_session_flaps_total tor-1 2',
    'skep_bgp_bad_updates_total tor-1 1',
    'skep_bgp_last_error_timestamp_seconds tor-1 the peer says: cease ("bye") 1.5',
    'skep_bgp_bfd_state tor-1 3',
    'skep_bgp_bfd_downs_total tor-1 3',
  ])
})
