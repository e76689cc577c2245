import { parseAddress, parseCidr, parseMac } from '@skep/packet'
import { TestbedError } from '../error.ts'
import type { HostSpec, LinkSpec, RouteSpec, TopologySpec } from './spec.ts'
import { endOf, listOf } from './spec.ts'

/** Names that {@link Topology} itself has. */
const reservedNames: readonly string[] = ['host', 'hosts', 'capture', 'prefix']

/** Throws one {@link TestbedError} that lists everything wrong with a topology, each with its place. */
export function checkTopology(spec: TopologySpec): void {
  const troubles = [...hostTroubles(spec), ...linkTroubles(spec)]
  if (troubles.length === 0) return
  throw new TestbedError('INVALID_TOPOLOGY', 'topology', troubles.join('\n  '))
}

function* hostTroubles(spec: TopologySpec): Iterable<string> {
  for (const [name, host] of Object.entries<HostSpec>(spec.hosts)) {
    yield* nameTroubles(`hosts.${name}`, name)
    if (reservedNames.includes(name)) yield `hosts.${name}: the name is taken by the topology itself; call it otherwise`
    for (const address of listOf(host.loopback)) yield* refusal(`hosts.${name}.loopback`, () => parseCidr(address))
    for (const [i, route] of (host.routes ?? []).entries()) yield* routeTroubles(`hosts.${name}.routes[${i}]`, route)
    for (const bridge of Object.keys(host.bridges ?? {})) yield* nameTroubles(`hosts.${name}.bridges.${bridge}`, bridge)
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
  for (const address of listOf(full.addresses)) yield* refusal(`${place}.addresses`, () => parseCidr(address))
  if (full.device !== undefined) yield* nameTroubles(`${place}.device`, full.device)
  if (full.mac !== undefined) yield* refusal(`${place}.mac`, () => parseMac(full.mac ?? ''))
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
