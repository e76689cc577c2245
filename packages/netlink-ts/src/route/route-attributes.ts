import { address, be16, be32, string, u32, u8 } from '../wire/codecs.ts'
import { nested } from '../wire/nests.ts'
import { AttributeTable } from '../wire/table.ts'
import type { Hop } from './multipath.ts'
import { multipath } from './multipath.ts'
import type { RouteMetrics } from './route-types.ts'
import { viaAddress } from './via.ts'

/** Size of `struct rtmsg`. */
export const RTMSG = 12

export interface RouteAttributes {
  destination?: string
  from?: string
  iif?: number
  oif?: number
  gateway?: string
  metric?: number
  source?: string
  metrics?: RouteMetrics
  multipath?: Hop[]
  table?: number
  mark?: number
  via?: string
  preference?: number
  expires?: number
  uid?: number
  protocol?: number
  sourcePort?: number
  destinationPort?: number
  nexthopId?: number
  flowLabel?: number
}

const routeMetrics: AttributeTable<RouteMetrics> = new AttributeTable<RouteMetrics>({
  lock: [1, 'RTAX_LOCK', u32],
  mtu: [2, 'RTAX_MTU', u32],
  window: [3, 'RTAX_WINDOW', u32],
  rtt: [4, 'RTAX_RTT', u32],
  rttvar: [5, 'RTAX_RTTVAR', u32],
  ssthresh: [6, 'RTAX_SSTHRESH', u32],
  cwnd: [7, 'RTAX_CWND', u32],
  advmss: [8, 'RTAX_ADVMSS', u32],
  reordering: [9, 'RTAX_REORDERING', u32],
  hoplimit: [10, 'RTAX_HOPLIMIT', u32],
  initcwnd: [11, 'RTAX_INITCWND', u32],
  features: [12, 'RTAX_FEATURES', u32],
  rtoMin: [13, 'RTAX_RTO_MIN', u32],
  initrwnd: [14, 'RTAX_INITRWND', u32],
  quickack: [15, 'RTAX_QUICKACK', u32],
  congctl: [16, 'RTAX_CC_ALGO', string],
  fastopenNoCookie: [17, 'RTAX_FASTOPEN_NO_COOKIE', u32],
})

export const routeAttributes: AttributeTable<RouteAttributes> = new AttributeTable<RouteAttributes>({
  destination: [1, 'RTA_DST', address],
  from: [2, 'RTA_SRC', address],
  iif: [3, 'RTA_IIF', u32],
  oif: [4, 'RTA_OIF', u32],
  gateway: [5, 'RTA_GATEWAY', address],
  metric: [6, 'RTA_PRIORITY', u32],
  source: [7, 'RTA_PREFSRC', address],
  metrics: [8, 'RTA_METRICS', nested(routeMetrics)],
  multipath: [9, 'RTA_MULTIPATH', multipath],
  table: [15, 'RTA_TABLE', u32],
  mark: [16, 'RTA_MARK', u32],
  via: [18, 'RTA_VIA', viaAddress],
  preference: [20, 'RTA_PREF', u8],
  expires: [23, 'RTA_EXPIRES', u32],
  uid: [25, 'RTA_UID', u32],
  protocol: [27, 'RTA_IP_PROTO', u8],
  sourcePort: [28, 'RTA_SPORT', be16],
  destinationPort: [29, 'RTA_DPORT', be16],
  nexthopId: [30, 'RTA_NH_ID', u32],
  flowLabel: [31, 'RTA_FLOWLABEL', be32],
})
