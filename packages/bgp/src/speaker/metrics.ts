import { families } from '../wire/family.ts'
import type { PathStatus, PeerStatus } from './status.ts'

/** A metric in Prometheus' terms. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

/** In RFC 4271's order: 0 is idle, 5 established. */
const states = ['idle', 'connect', 'active', 'open-sent', 'open-confirm', 'established'] as const

/** By RFC 5880's numbers. */
const paths = ['adminDown', 'down', 'init', 'up'] as const

/** How peers are, as metrics. */
export function bgpMetrics(peers: readonly PeerStatus[]): Metric[] {
  const each = (value: (peer: PeerStatus) => number): Metric['samples'] =>
    peers.map((peer) => ({ labels: { peer: peer.name }, value: value(peer) }))
  const watched = (value: (path: PathStatus) => number): Metric['samples'] =>
    peers.flatMap(({ name, bfd }) => (bfd ? [{ labels: { peer: name }, value: value(bfd) }] : []))
  const eachFamily = (of: 'advertised' | 'received'): Metric['samples'] =>
    peers.flatMap((peer) =>
      families.map((family) => ({ labels: { peer: peer.name, family }, value: peer[of][family] })),
    )
  return [
    {
      name: 'skep_bgp_session_state',
      help: '0 idle, 1 connect, 2 active, 3 OpenSent, 4 OpenConfirm, 5 established',
      type: 'gauge',
      samples: each(({ state }) => states.indexOf(state)),
    },
    {
      name: 'skep_bgp_advertised_routes',
      help: 'Prefixes that the peer has been told of',
      type: 'gauge',
      samples: eachFamily('advertised'),
    },
    {
      name: 'skep_bgp_received_routes',
      help: 'Prefixes that the peer has sent',
      type: 'gauge',
      samples: eachFamily('received'),
    },
    {
      name: 'skep_bgp_pending_routes',
      help: 'Prefixes that the peer is still to be told of',
      type: 'gauge',
      samples: each(({ pending }) => pending),
    },
    {
      name: 'skep_bgp_session_flaps_total',
      help: 'Sessions that were up and have ended',
      type: 'counter',
      samples: each(({ flaps }) => flaps),
    },
    {
      name: 'skep_bgp_bad_updates_total',
      help: 'Updates with an error that did not end the session (RFC 7606)',
      type: 'counter',
      samples: each(({ badUpdates }) => badUpdates),
    },
    {
      name: 'skep_bgp_last_error_timestamp_seconds',
      help: 'When something last went wrong, and what',
      type: 'gauge',
      samples: peers.flatMap(({ name, lastError }) =>
        lastError ? [{ labels: { peer: name, error: lastError.what }, value: lastError.at / 1000 }] : [],
      ),
    },
    {
      name: 'skep_bgp_bfd_state',
      help: 'The path to the peer: 0 adminDown, 1 down, 2 init, 3 up; absent where BFD does not watch it',
      type: 'gauge',
      samples: watched(({ state }) => paths.indexOf(state)),
    },
    {
      name: 'skep_bgp_bfd_downs_total',
      help: 'How often the path to the peer was up and went down',
      type: 'counter',
      samples: watched(({ downs }) => downs),
    },
  ]
}
