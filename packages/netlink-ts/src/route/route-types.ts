import type { Family } from './families.ts'
import type { Scope } from './scopes.ts'

/** `RTN_*`, by the names of `ip route`. */
export const routeTypes = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
} as const

export type RouteType = keyof typeof routeTypes

/** `RTPROT_*`: who put the route there, by the names of `/etc/iproute2/rt_protos`. */
export const routeProtocols = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
} as const

export type RouteProtocol = keyof typeof routeProtocols

/** The tables that every namespace has. */
export const routeTables = { default: 253, main: 254, local: 255 } as const

export type RouteTable = keyof typeof routeTables

/** `RTNH_F_*` and `RTM_F_*`, by the names of `ip route`. All but `onlink` and `pervasive` are the kernel's to set. */
export const routeFlags = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
  cloned: 0x200,
} as const

export type RouteFlag = keyof typeof routeFlags

/** One way of a multipath route. */
export interface NextHop {
  readonly via?: string
  /** The device's index. */
  readonly index?: number
  /** 1–256. */
  readonly weight: number
  readonly flags: readonly RouteFlag[]
}

/** `RTAX_*`: what TCP and path MTU take from the route. Times in milliseconds where `ip` has them so. */
export interface RouteMetrics {
  mtu?: number
  window?: number
  rtt?: number
  rttvar?: number
  ssthresh?: number
  cwnd?: number
  advmss?: number
  reordering?: number
  hoplimit?: number
  initcwnd?: number
  features?: number
  rtoMin?: number
  initrwnd?: number
  quickack?: number
  congctl?: string
  fastopenNoCookie?: number
  /** Bit n locks metric n (`ip route … mtu lock 1400` is bit 2). */
  lock?: number
}

/** A route, as `ip route show` knows it. */
export interface Route {
  readonly family: Family
  /** With its prefix length; the default route is `0.0.0.0/0` or `::/0`. */
  readonly destination: string
  /** Only packets from there (IPv6). */
  readonly from?: string
  readonly type: RouteType | number
  readonly table: number
  readonly protocol: RouteProtocol | number
  readonly scope: Scope | number
  readonly tos?: number
  /** The gateway, of either family. */
  readonly via?: string
  /** The outgoing device's index. */
  readonly index?: number
  /** Where it comes in, in the answer to a lookup with `iif`. */
  readonly incomingIndex?: number
  /** The source address that it gives (`src`). */
  readonly source?: string
  /** The smaller, the better (`metric`). */
  readonly metric?: number
  readonly metrics?: RouteMetrics
  readonly nexthops?: readonly NextHop[]
  readonly nexthopId?: number
  readonly flags: readonly RouteFlag[]
  readonly mark?: number
  readonly uid?: number
  /** Seconds until it goes (IPv6). */
  readonly expires?: number
  readonly preference?: 'low' | 'medium' | 'high' | number
}

export interface NextHopAdd {
  readonly via?: string
  readonly device?: string
  readonly index?: number
  /** 1–256; default 1. */
  readonly weight?: number
  readonly flags?: readonly ('onlink' | 'pervasive')[]
}

/** What identifies a route to delete; the more is given, the fewer match. */
export interface RouteKey {
  /** `10.0.0.0/24`, an address for a host route, or `default`. */
  readonly destination: string
  /** For `default`, when nothing else says which. */
  readonly family?: Family
  readonly type?: RouteType
  /** Default `main`; `local` for local, broadcast and anycast routes. */
  readonly table?: RouteTable | number
  readonly protocol?: RouteProtocol | number
  readonly scope?: Scope | number
  readonly tos?: number
  readonly metric?: number
  readonly from?: string
  /** The gateway; an IPv6 one for an IPv4 destination too (`via inet6`, since 5.2). */
  readonly via?: string
  readonly device?: string
  readonly index?: number
  readonly source?: string
  readonly nexthops?: readonly NextHopAdd[]
  /** A nexthop object in place of `via` and `device` (since 5.3). */
  readonly nexthopId?: number
}

export interface RouteAdd extends RouteKey {
  readonly metrics?: RouteMetrics
  /** `onlink`: the gateway is on the link, whatever the routes say. */
  readonly flags?: readonly ('onlink' | 'pervasive')[]
  /** Seconds (IPv6). */
  readonly expires?: number
  readonly preference?: 'low' | 'medium' | 'high'
}

export interface RouteListOptions {
  /** Default `main`, as with `ip`. */
  readonly table?: RouteTable | number | 'all'
  readonly family?: Family
  readonly protocol?: RouteProtocol | number
  readonly type?: RouteType
  /** Those that go out there. */
  readonly device?: string
  readonly index?: number
}

/** A packet to look the route up for. */
export interface RouteLookup {
  readonly destination: string
  readonly source?: string
  readonly mark?: number
  /** As if it came in there (name or index); `source` is needed with it. */
  readonly iif?: string | number
  /** As if it were bound to go out there. */
  readonly oif?: string | number
  readonly tos?: number
  readonly uid?: number
  readonly protocol?: number
  readonly sourcePort?: number
  readonly destinationPort?: number
  /** The table's own entry in place of the route for this packet (`fibmatch`). */
  readonly fibMatch?: boolean
}
