import type { Cidr } from '@skep/packet'
import { formatAddress } from '@skep/packet'
import { checkAddress, checkBits, checkKeys, checkList, checkName, checkPrefix, checkWhole, wrong } from '../check.ts'
import { invalidInput } from '../error.ts'
import { maybe } from '../pick.ts'
import type { RouteSocket } from '../socket.ts'
import { optionalIndex } from './device.ts'
import type { Hop } from './multipath.ts'
import type { RouteAttributes } from './route-attributes.ts'
import type { NextHopAdd, RouteAdd } from './route-types.ts'
import { routeFlags, routeProtocols, routeTables, routeTypes } from './route-types.ts'
import { networkText } from './network.ts'
import { scopes } from './scopes.ts'
import { gateway } from './via.ts'

/** `ICMPV6_ROUTER_PREF_*`. */
export const routePreferences = { medium: 0, high: 1, low: 3 } as const

const hopKeys: Readonly<Record<keyof NextHopAdd, true>> = {
  via: true,
  device: true,
  index: true,
  weight: true,
  flags: true,
}

/** `struct rtmsg`, by field. */
export interface RouteHeader {
  family: 4 | 6
  destinationLength: number
  fromLength: number
  tos: number
  table: number
  protocol: number
  scope: number
  type: number
  flags: number
}

/** The destination's prefix; `default` takes its family from what else is given. */
export function routeDestination(operation: string, options: RouteAdd): Cidr {
  if (options.destination !== 'default') return checkPrefix(operation, 'destination', options.destination)
  const family = options.family === undefined ? defaultFamily(operation, options) : options.family === 'ipv6' ? 6 : 4
  return { address: { family, bytes: new Uint8Array(family === 6 ? 16 : 4) }, prefix: 0 }
}

function defaultFamily(operation: string, options: RouteAdd): 4 | 6 {
  const via = options.via ?? options.nexthops?.find((hop) => hop.via !== undefined)?.via ?? options.source
  return via === undefined ? 4 : checkAddress(operation, 'via', via).family
}

/** A table's number: below 256 it also stands in the header. */
export function tableNumber(operation: string, table: RouteAdd['table']): number | undefined {
  return table === undefined ? undefined : checkName(operation, 'table', table, routeTables, 0xffffffff)
}

/** The header for a new route, with the defaults that `ip route add` has. */
export function newRouteHeader(operation: string, destination: Cidr, options: RouteAdd): RouteHeader {
  const type = checkName(operation, 'type', options.type ?? 'unicast', routeTypes, 255)
  return {
    ...commonHeader(operation, destination, options),
    table: tableNumber(operation, options.table) ?? (isLocal(type) ? routeTables.local : routeTables.main),
    protocol: checkName(operation, 'protocol', options.protocol ?? 'boot', routeProtocols, 255),
    scope: checkName(operation, 'scope', options.scope ?? defaultScope(type, destination, options), scopes, 255),
    type,
    flags: checkBits(operation, 'flags', options.flags ?? [], routeFlags),
  }
}

/** The header for a deletion: what is not given matches anything. */
export function oldRouteHeader(operation: string, destination: Cidr, options: RouteAdd): RouteHeader {
  const type = checkName(operation, 'type', options.type ?? 0, routeTypes, 255)
  return {
    ...commonHeader(operation, destination, options),
    table: tableNumber(operation, options.table) ?? (isLocal(type) ? routeTables.local : routeTables.main),
    protocol: checkName(operation, 'protocol', options.protocol ?? 0, routeProtocols, 255),
    scope: checkName(operation, 'scope', options.scope ?? 'nowhere', scopes, 255),
    type,
    flags: 0,
  }
}

function commonHeader(
  operation: string,
  destination: Cidr,
  options: RouteAdd,
): Pick<RouteHeader, 'family' | 'destinationLength' | 'fromLength' | 'tos'> {
  return {
    family: destination.address.family,
    destinationLength: destination.prefix,
    fromLength: options.from === undefined ? 0 : checkPrefix(operation, 'from', options.from).prefix,
    tos: checkWhole(operation, 'tos', options.tos ?? 0, 0, 255),
  }
}

function isLocal(type: number): boolean {
  return type === routeTypes.local || type === routeTypes.broadcast || type === routeTypes.anycast
}

function defaultScope(type: number, destination: Cidr, options: RouteAdd): keyof typeof scopes {
  if (destination.address.family === 6) return 'global'
  if (type === routeTypes.local || type === routeTypes.nat) return 'host'
  if (isLocal(type) || type === routeTypes.multicast) return 'link'
  const gated = options.via !== undefined || options.nexthops !== undefined || options.nexthopId !== undefined
  return type === routeTypes.unicast && !gated ? 'link' : 'global'
}

/** The attributes of a route to add or delete. */
export function routeValues(
  socket: RouteSocket,
  operation: string,
  destination: Cidr,
  table: number,
  options: RouteAdd,
): RouteAttributes {
  checkWays(operation, options)
  const family = destination.address.family
  return {
    ...(destination.prefix === 0 ? {} : { destination: networkText(operation, 'destination', destination) }),
    ...(options.from === undefined
      ? {}
      : { from: networkText(operation, 'from', checkPrefix(operation, 'from', options.from)) }),
    ...maybe('oif', optionalIndex(socket, operation, options)),
    ...gateway(family, checkedVia(operation, 'via', options.via)),
    ...maybe('metric', options.metric),
    ...maybe('source', options.source),
    ...maybe('metrics', options.metrics),
    ...maybe(
      'multipath',
      options.nexthops?.map((hop, i) => hopOf(socket, operation, `nexthops[${i}]`, family, hop)),
    ),
    ...(table < 256 ? {} : { table }),
    ...maybe(
      'preference',
      options.preference === undefined
        ? undefined
        : checkName(operation, 'preference', options.preference, routePreferences, 3),
    ),
    ...maybe('expires', options.expires),
    ...maybe('nexthopId', options.nexthopId),
  }
}

function checkWays(operation: string, { via, device, index, nexthops, nexthopId }: RouteAdd): void {
  const single = via !== undefined || device !== undefined || index !== undefined
  if ([single, nexthops !== undefined, nexthopId !== undefined].filter(Boolean).length > 1)
    throw invalidInput(operation, 'give one of via/device, nexthops or nexthopId')
  if (nexthops !== undefined) checkList(operation, 'nexthops', nexthops, 'next hops')
  if (nexthops?.length === 0) wrong(operation, 'nexthops', [], 'at least one next hop')
}

function hopOf(socket: RouteSocket, operation: string, field: string, family: 4 | 6, hop: NextHopAdd): Hop {
  const place = `${operation}: ${field}`
  checkKeys(place, hop, hopKeys)
  return {
    ...gateway(family, checkedVia(operation, `${field}.via`, hop.via)),
    index: optionalIndex(socket, place, hop) ?? 0,
    weight: checkWhole(place, 'weight', hop.weight ?? 1, 1, 256),
    flags: checkBits(place, 'flags', hop.flags ?? [], routeFlags),
  }
}

function checkedVia(operation: string, field: string, via: string | undefined): string | undefined {
  return via === undefined ? undefined : formatAddress(checkAddress(operation, field, via))
}
