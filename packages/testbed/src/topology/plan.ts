import type { DeviceModel, HostModel, TopologyModel } from './model.ts'
import type { RouteSpec } from './spec.ts'

/** One thing to do to the kernel, in one host. */
export type Step =
  | { readonly do: 'namespace'; readonly host: string }
  | { readonly do: 'sysctl'; readonly host: string; readonly name: string; readonly value: string }
  | { readonly do: 'veth'; readonly host: string; readonly ends: readonly [DeviceModel, DeviceModel] }
  | { readonly do: 'offloads off'; readonly host: string; readonly device: string }
  | { readonly do: 'bridge'; readonly host: string; readonly device: string; readonly ports: readonly string[] }
  | { readonly do: 'address'; readonly host: string; readonly device: string; readonly address: string }
  | { readonly do: 'up'; readonly host: string; readonly device: string }
  | { readonly do: 'pass xdp'; readonly host: string; readonly device: string }
  | { readonly do: 'await carrier'; readonly host: string; readonly devices: readonly string[] }
  | { readonly do: 'route'; readonly host: string; readonly route: RouteSpec }

/**
 * Addresses are usable at once (no duplicate address detection), nothing is learnt from router advertisements, replies
 * may take another way than requests, and ICMP errors are not rate limited.
 */
export const defaultSysctls: Readonly<Record<string, string | number>> = {
  'net.ipv6.conf.all.disable_ipv6': 0,
  'net.ipv6.conf.default.disable_ipv6': 0,
  'net.ipv6.conf.all.accept_dad': 0,
  'net.ipv6.conf.default.accept_dad': 0,
  'net.ipv6.conf.all.accept_ra': 0,
  'net.ipv6.conf.default.accept_ra': 0,
  'net.ipv6.conf.default.router_solicitations': 0,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv6.icmp.ratelimit': 0,
  'net.ipv4.tcp_tw_reuse': 1,
}

/** The steps that make a topology, in order. */
export function planTopology(model: TopologyModel): Step[] {
  const { hosts, veths } = model
  const devices = hosts.flatMap((host) => host.devices)
  return [
    ...hosts.map(({ name }): Step => ({ do: 'namespace', host: name })),
    ...hosts.flatMap(sysctls),
    ...veths.map((ends): Step => ({ do: 'veth', host: ends[0].host, ends })),
    ...devices.map((device): Step => ({ do: 'offloads off', host: device.host, device: device.name })),
    ...hosts.flatMap(bridges),
    ...hosts.flatMap(addresses),
    ...hosts.flatMap(up),
    ...devices
      .filter((device) => device.passXdp)
      .map((device): Step => ({ do: 'pass xdp', host: device.host, device: device.name })),
    ...hosts.map((host): Step => ({ do: 'await carrier', host: host.name, devices: deviceNames(host) })),
    ...hosts.flatMap((host) => host.routes.map((route): Step => ({ do: 'route', host: host.name, route }))),
  ]
}

function sysctls(host: HostModel): Step[] {
  const all = sysctlsOf(host)
  return Object.entries(all).map(([name, value]) => ({ do: 'sysctl', host: host.name, name, value: String(value) }))
}

/** What a host has: the defaults, what forwarding takes, and its own. */
export function sysctlsOf({ forwarding, sysctls }: HostModel): Readonly<Record<string, string | number>> {
  const forwards = forwarding ? { 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 } : {}
  return { ...defaultSysctls, ...forwards, ...sysctls }
}

function bridges(host: HostModel): Step[] {
  return Object.entries(host.bridges).map(([device, { ports }]) => ({ do: 'bridge', host: host.name, device, ports }))
}

function addresses(host: HostModel): Step[] {
  const on = (device: string, list: readonly string[]): Step[] =>
    list.map((address) => ({ do: 'address', host: host.name, device, address }))
  const ofBridges = Object.entries(host.bridges).flatMap(([name, bridge]) => on(name, [bridge.addresses ?? []].flat()))
  return [
    ...on('lo', host.loopback),
    ...host.devices.flatMap((device) => on(device.name, device.addresses)),
    ...ofBridges,
  ]
}

function up(host: HostModel): Step[] {
  return ['lo', ...deviceNames(host)].map((device) => ({ do: 'up', host: host.name, device }))
}

function deviceNames(host: HostModel): string[] {
  return [...host.devices.map((device) => device.name), ...Object.keys(host.bridges)]
}
