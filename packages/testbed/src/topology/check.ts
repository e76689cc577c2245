import { parseAddress, parseCidr, parseMac } from '@skep/packet'
import { TestbedError } from '../error.ts'
import { unknownKeys } from '../known-keys.ts'
import type { BridgeSpec, EndSpec, HostSpec, LinkSpec, RouteSpec, TopologySpec } from './spec.ts'
import { endOf, listOf } from './spec.ts'

/** Names that {@link Topology} itself has. */
const reservedNames: readonly string[] = ['host', 'hosts', 'capture', 'prefix']

const hostKeys: Readonly<Record<keyof HostSpec, true>> = {
  loopback: true,
  forwarding: true,
  routes: true,
  sysctls: true,
  cgroup: true,
  bridges: true,
}
const bridgeKeys: Readonly<Record<keyof BridgeSpec, true>> = { ports: true, addresses: true }
const linkKeys: Readonly<Record<keyof LinkSpec, true>> = { ends: true, mtu: true, bridge: true }
const endKeys: Readonly<Record<keyof EndSpec, true>> = { addresses: true, device: true, mac: true, passXdp: true }

/** Throws one {@link TestbedError} that lists everything wrong with a topology, each with its place. */
export function checkTopology(spec: TopologySpec): void {
  const troubles = [
    ...keyTroubles('topology', spec, { hosts: true, links: true }),
    ...hostTroubles(spec),
    ...linkTroubles(spec),
  ]
  if (troubles.length === 0) return
  throw new TestbedError('INVALID_TOPOLOGY', 'topology', troubles.join('\n  '))
}

function* hostTroubles(spec: TopologySpec): Iterable<string> {
  for (const [name, host] of Object.entries<HostSpec>(spec.hosts)) {
    yield* nameTroubles(`hosts.${name}`, name)
    yield* keyTroubles(`hosts.${name}`, host, hostKeys)
    if (reservedNames.includes(name)) yield `hosts.${name}: the name is taken by the topology itself; call it otherwise`
    for (const address of listOf(host.loopback)) yield* refusal(`hosts.${name}.loopback`, () => parseCidr(address))
    if (host.cgroup !== undefined && !/^[\w-]+(\/[\w-]+)*$/.test(host.cgroup))
      yield `hosts.${name}.cgroup: ${JSON.stringify(host.cgroup)} must be a path of letters, digits, _ and -: node1/pod1`
    for (const [i, route] of (host.routes ?? []).entries()) yield* routeTroubles(`hosts.${name}.routes[${i}]`, route)
    for (const [bridge, options] of Object.entries(host.bridges ?? {})) {
      yield* nameTroubles(`hosts.${name}.bridges.${bridge}`, bridge)
      yield* keyTroubles(`hosts.${name}.bridges.${bridge}`, options, bridgeKeys)
    }
  }
}

function* routeTroubles(place: string, route: RouteSpec): Iterable<string> {
  if (route.destination !== 'default') yield* refusal(`${place}.destination`, () => parseCidr(route.destination))
  if (route.via !== undefined) yield* refusal(`${place}.via`, () => parseAddress(route.via ?? ''))
}

function* linkTroubles(spec: TopologySpec): Iterable<string> {
  const bridges = new Set<string>()
  for (const [i, link] of (spec.links ?? []).entries()) {
    const place = `links[${i}]`
    yield* keyTroubles(place, link, linkKeys)
    if (Object.keys(link.ends).length < 2) yield `${place}.ends: a link joins two hosts or more`
    if (link.bridge !== undefined) {
      yield* nameTroubles(`${place}.bridge`, link.bridge)
      if (link.bridge in spec.hosts || bridges.has(link.bridge))
        yield `${place}.bridge: ${link.bridge} is a host already`
      bridges.add(link.bridge)
    }
    for (const [host, end] of Object.entries(link.ends)) yield* endTroubles(`${place}.ends.${host}`, host, end, spec)
  }
}

function* endTroubles(
  place: string,
  host: string,
  end: LinkSpec['ends'][string],
  spec: TopologySpec,
): Iterable<string> {
  if (!(host in spec.hosts)) yield `${place}: no such host; hosts are ${Object.keys(spec.hosts).join(', ') || 'none'}`
  const full = endOf(end)
  yield* keyTroubles(place, full, endKeys)
  for (const address of listOf(full.addresses)) yield* refusal(`${place}.addresses`, () => parseCidr(address))
  if (full.device !== undefined) yield* nameTroubles(`${place}.device`, full.device)
  if (full.mac !== undefined) yield* refusal(`${place}.mac`, () => parseMac(full.mac ?? ''))
}

function* keyTroubles(place: string, options: object, known: Readonly<Record<string, true>>): Iterable<string> {
  for (const trouble of unknownKeys(options, known)) yield `${place}: ${trouble}`
}

/** Hosts' names become bridge ports, so they too are limited by IFNAMSIZ. */
function* nameTroubles(place: string, name: string): Iterable<string> {
  if (!/^[A-Za-z0-9][\w-]{0,14}$/.test(name))
    yield `${place}: ${JSON.stringify(name)} must be 1 to 15 letters, digits, _ or -`
}

function* refusal(place: string, parse: () => unknown): Iterable<string> {
  try {
    parse()
  } catch (error) {
    yield `${place}: ${(error as Error).message}`
  }
}
