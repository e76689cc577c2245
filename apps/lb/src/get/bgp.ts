import { stringify } from 'yaml'
import type { BgpPeerRow, BgpReport, BgpRouteRow } from '../bgp/report.ts'
import { type Column, render } from './format.ts'
import type { Format } from './formats.ts'

const peerColumns: readonly Column<BgpPeerRow>[] = [
  { title: 'PEER', of: ({ name }) => name },
  { title: 'ADDRESS', of: ({ address }) => address },
  { title: 'AS', of: ({ asn }) => asn },
  { title: 'STATE', of: ({ state, leaving }) => (leaving ? `${state}, leaving` : state) },
  { title: 'ADVERTISED', of: ({ advertised }) => advertised },
  { title: 'FLAPS', of: ({ flaps }) => flaps },
  { title: 'RESTART', of: ({ gracefulRestart }) => (gracefulRestart === null ? null : `${gracefulRestart} s`) },
  { title: 'BFD', of: ({ bfd }) => bfd },
  { title: 'LAST ERROR', of: ({ lastError }) => lastError },
  { title: 'SINCE', of: ({ since }) => since, wide: true },
]

const routeColumns: readonly Column<BgpRouteRow>[] = [
  { title: 'PREFIX', of: ({ prefix }) => prefix },
  { title: 'SERVICE', of: ({ service }) => service },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'WHY', of: ({ why }) => why },
  { title: 'PEERS', of: (route) => peersOf(route) },
  { title: 'MED', of: ({ med }) => med, wide: true },
  { title: 'LOCAL PREF', of: ({ localPref }) => localPref, wide: true },
  { title: 'COMMUNITIES', of: ({ communities }) => communities.join(','), wide: true },
]

/** Sessions and routes; `null`: nothing is announced by BGP. */
export function formatBgp(report: BgpReport | null, format: Format): string {
  if (format === 'json') return JSON.stringify(report, undefined, 2)
  if (format === 'yaml') return stringify(report).trimEnd()
  if (report === null) return 'nothing is announced by BGP: spec.bgp is left out'
  return [
    `AS ${report.asn}, router id ${report.routerId}`,
    ...(report.problem === null ? [] : [`NOT CARRIED OUT: ${report.problem}`]),
    '',
    render(report.peers, peerColumns, format),
    '',
    render(report.routes, routeColumns, format),
  ].join('\n')
}

function peersOf({ peers }: BgpRouteRow): string {
  return peers.map(({ peer, announced, why }) => (announced ? peer : `not ${peer}: ${why}`)).join('; ')
}
