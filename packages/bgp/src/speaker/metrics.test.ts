import { expect, test } from '@jest/globals'
import { bgpMetrics, formatMetrics } from './metrics.ts'

test('metrics in Prometheus’ text format, with the last error in words', () => {
  const text = formatMetrics(
    bgpMetrics([
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
    ]),
  )
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    'skep_bgp_session_state{peer="tor-1"} 5',
    'skep_bgp_advertised_routes{peer="tor-1",family="ipv4"} 3',
    'skep_bgp_advertised_routes{peer="tor-1",family="ipv6"} 1',
    'skep_bgp_received_routes{peer="tor-1",family="ipv4"} 7',
    'skep_bgp_received_routes{peer="tor-1",family="ipv6"} 0',
    'skep_bgp_pending_routes{peer="tor-1"} 4',
    'skep_bgp_session_flaps_total{peer="tor-1"} 2',
    'skep_bgp_bad_updates_total{peer="tor-1"} 1',
    String.raw`skep_bgp_last_error_timestamp_seconds{peer="tor-1",error="the peer says: cease (\"bye\")"} 1.5`,
    'skep_bgp_bfd_state{peer="tor-1"} 3',
    'skep_bgp_bfd_downs_total{peer="tor-1"} 3',
    '',
  ])
})
