import type { RouteAdd } from 'netlink-ts'

/** Addresses with their prefix lengths, `10.0.0.1/24` or `fd00::1/64`; one may stand without the array. */
export type AddressList = string | readonly string[]

/** A route, as netlink-ts and `ip route add` have it: `{ destination: 'default', via: '10.0.0.1' }`. */
export type RouteSpec = RouteAdd

/** A bridge over devices of the same host. Its ports forward at once: no spanning tree. */
export interface BridgeSpec {
  readonly ports: readonly string[]
  readonly addresses?: AddressList
}

/** A host: one network namespace. */
export interface HostSpec {
  /** Addresses of `lo`, besides 127.0.0.1 and ::1. */
  readonly loopback?: AddressList
  /** Whether it forwards IPv4 and IPv6. Default: it does when it is on more than one link and has no bridge. */
  readonly forwarding?: boolean
  /** Default, on a single link: a default route per family through the first forwarding host on that link. */
  readonly routes?: readonly RouteSpec[]
  /** By their dotted names: `{ 'net.ipv4.conf.all.accept_local': 1 }`. Written before any device exists. */
  readonly sysctls?: Readonly<Record<string, string | number>>
  /**
   * A cgroup v2 that its commands run in, by its path below the topology's own: `node1`, or `node1/pod1` for a pod of that
   * node. Default: the cgroup of this process. Workers are threads of this process, and stay in its cgroup.
   */
  readonly cgroup?: string
  /** By device name, `{ br0: { ports: ['eth0', 'eth1'] } }`. */
  readonly bridges?: Readonly<Record<string, BridgeSpec>>
}

/** One end of a link. */
export interface EndSpec {
  readonly addresses?: AddressList
  /** Default: the host's next free `eth0`, `eth1`, … */
  readonly device?: string
  /** Default: one that tells host and device, `02:00:00:00:02:01` for the second device of the second host. */
  readonly mac?: string
  /**
   * Whether an XDP program that only passes is attached. A peer's `XDP_TX` or redirect arrives on veth only then.
   * Default: on hosts that do not forward, so that a forwarding host's devices stay free for the program under test.
   */
  readonly passXdp?: boolean
}

/** Hosts that share a segment. Two ends make a veth pair; more make a bridge, in a host of its own, with a port for each. */
export interface LinkSpec<Host extends string = string> {
  readonly ends: { readonly [host in Host]?: AddressList | EndSpec }
  readonly mtu?: number
  /** The name of the bridge's host (default `bridge0`, `bridge1`, …); given, two ends are bridged too. */
  readonly bridge?: string
}

/** The full form: every host by name, then the links between them. */
export interface TopologySpec<Host extends string = string> {
  readonly hosts: Readonly<Record<Host, HostSpec>>
  readonly links?: readonly LinkSpec<NoInfer<Host>>[]
}

/** The short form: hosts with their addresses. Those that share a subnet share a link (see {@link expandShortForm}). */
export type ShortForm<Host extends string = string> = Readonly<Record<Host, AddressList>>

/** An address list as the array that it stands for. */
export function listOf(addresses: AddressList | undefined): readonly string[] {
  if (addresses === undefined) return []
  return typeof addresses === 'string' ? [addresses] : addresses
}

/** An end in its full form. */
export function endOf(end: AddressList | EndSpec | undefined): EndSpec {
  return typeof end === 'object' && !isList(end) ? end : { addresses: listOf(end) }
}

export function isShortForm<Host extends string>(spec: ShortForm<Host> | TopologySpec<Host>): spec is ShortForm<Host> {
  return Object.values<unknown>({ ...spec }).every((value) => typeof value === 'string' || Array.isArray(value))
}

function isList(value: AddressList | EndSpec): value is AddressList {
  return typeof value === 'string' || Array.isArray(value)
}
