import { checkAddress, checkKeys, checkName, checkTable, checkWhole } from '../check.ts'
import { NetlinkError } from '../error.ts'
import { maybe, pick } from '../pick.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import type { Encoder } from '../wire/encoder.ts'
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.ts'
import { deviceIndex, optionalIndex } from './device.ts'
import { AF_UNSPEC, families } from './families.ts'
import type { RouteAttributes } from './route-attributes.ts'
import { RTMSG, routeAttributes } from './route-attributes.ts'
import { decodeRoute, isRoute } from './route-decode.ts'
import type { Route, RouteAdd, RouteKey, RouteListOptions, RouteLookup } from './route-types.ts'
import { routeProtocols, routeTypes } from './route-types.ts'
import type { RouteHeader } from './route-values.ts'
import { newRouteHeader, oldRouteHeader, routeDestination, routeValues, tableNumber } from './route-values.ts'

export const RTM_NEWROUTE = 24
export const RTM_DELROUTE = 25
export const RTM_GETROUTE = 26
const RTM_F_LOOKUP_TABLE = 0x1000
const RTM_F_FIB_MATCH = 0x2000

const deleteKeys: Readonly<Record<keyof RouteKey, true>> = {
  destination: true,
  family: true,
  type: true,
  table: true,
  protocol: true,
  scope: true,
  tos: true,
  metric: true,
  from: true,
  via: true,
  device: true,
  index: true,
  source: true,
  nexthops: true,
  nexthopId: true,
}
const addKeys: Readonly<Record<keyof RouteAdd, true>> = {
  ...deleteKeys,
  metrics: true,
  flags: true,
  expires: true,
  preference: true,
}
const listKeys: Readonly<Record<keyof RouteListOptions, true>> = {
  table: true,
  family: true,
  protocol: true,
  type: true,
  device: true,
  index: true,
}
const lookupKeys: Readonly<Record<keyof RouteLookup, true>> = {
  destination: true,
  source: true,
  mark: true,
  iif: true,
  oif: true,
  tos: true,
  uid: true,
  protocol: true,
  sourcePort: true,
  destinationPort: true,
  fibMatch: true,
}

/** Routes of all tables: `ip route`. */
export class RouteVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /**
   * Adds a route; `EXISTS` when there is one to the same destination with the same metric and TOS.
   * Equivalent to `ip route add <destination> via <via> dev <device> …`. Linux 4.20.
   */
  add(options: RouteAdd): void {
    this.#new('route.add', NLM_F_CREATE | NLM_F_EXCL, options)
  }

  /** Adds a route, or puts it in the place of the one there is. Equivalent to `ip route replace`. Linux 4.20. */
  replace(options: RouteAdd): void {
    this.#new('route.replace', NLM_F_CREATE | NLM_F_REPLACE, options)
  }

  /** Adds a route behind those there are; for IPv6 another way of the same route. Equivalent to `ip route append`. Linux 4.20. */
  append(options: RouteAdd): void {
    this.#new('route.append', NLM_F_CREATE | NLM_F_APPEND, options)
  }

  /** Removes the first route that is as described; `NOT_FOUND` when none is. Equivalent to `ip route delete`. Linux 4.20. */
  delete(key: RouteKey): void {
    const operation = 'route.delete'
    checkKeys(operation, key, deleteKeys)
    const destination = routeDestination(operation, key)
    const header = oldRouteHeader(operation, destination, key)
    const values = routeValues(this.#socket, operation, destination, header.table, key)
    this.#socket.change({
      operation,
      subject: `route ${key.destination}`,
      type: RTM_DELROUTE,
      body: routeBody(operation, header, values),
    })
  }

  /** The routes of a table, `main` when left out; one pass. Equivalent to `ip route show table <table>`. Linux 4.20. */
  list(options: RouteListOptions = {}): IteratorObject<Route, undefined> {
    const operation = 'route.list'
    checkKeys(operation, options, listKeys)
    const { table = 'main' } = options
    const values = {
      ...maybe('table', table === 'all' ? undefined : tableNumber(operation, table)),
      ...maybe('oif', optionalIndex(this.#socket, operation, options)),
    }
    const request = {
      operation,
      type: RTM_GETROUTE,
      body: routeBody(operation, listHeader(operation, options), values),
    }
    return this.#dump(request).filter((route) => values.table === undefined || route.table === values.table)
  }

  /**
   * The way that a packet would take: device `index`, `via` (the gateway, if there is one) and `source`. `undefined`
   * when there is no route; `REFUSED` when a blackhole, unreachable or prohibit route says no.
   * Equivalent to `ip route get <destination> from <source> iif <iif> oif <oif> mark <mark>`. Linux 4.20.
   */
  get(lookup: RouteLookup | string): Route | undefined {
    const options = typeof lookup === 'string' ? { destination: lookup } : lookup
    const operation = 'route.get'
    checkKeys(operation, options, lookupKeys)
    const request = {
      operation,
      subject: `route to ${options.destination}`,
      type: RTM_GETROUTE,
      body: this.#lookup(operation, options),
    }
    try {
      return decodeRoute(this.#socket.get(request))
    } catch (error) {
      return noRoute(error)
    }
  }

  #new(operation: string, flags: number, options: RouteAdd): void {
    checkKeys(operation, options, addKeys)
    const destination = routeDestination(operation, options)
    const header = newRouteHeader(operation, destination, options)
    const values = routeValues(this.#socket, operation, destination, header.table, options)
    this.#socket.change({
      operation,
      subject: `route ${options.destination}`,
      type: RTM_NEWROUTE,
      flags,
      body: routeBody(operation, header, values),
    })
  }

  #dump(request: Parameters<RouteSocket['dump']>[0]): IteratorObject<Route, undefined> {
    try {
      return this.#socket.dump(request).values().filter(isRoute).map(decodeRoute)
    } catch (error) {
      // A table without routes does not exist.
      if (error instanceof NetlinkError && error.errno === 'ENOENT') return ([] as Route[]).values()
      throw error
    }
  }

  #lookup(operation: string, options: RouteLookup): Body {
    const destination = checkAddress(operation, 'destination', options.destination)
    const from = options.source === undefined ? undefined : checkAddress(operation, 'source', options.source)
    const { iif, oif } = options
    const header: RouteHeader = {
      ...emptyHeader,
      family: destination.family,
      destinationLength: destination.bytes.length * 8,
      fromLength: from === undefined ? 0 : from.bytes.length * 8,
      tos: checkWhole(operation, 'tos', options.tos ?? 0, 0, 255),
      // IPv6 refuses any other flag (strict checking), and always names the table.
      flags: options.fibMatch === true ? RTM_F_FIB_MATCH : destination.family === 4 ? RTM_F_LOOKUP_TABLE : 0,
    }
    return routeBody(operation, header, {
      destination: options.destination,
      ...maybe('from', options.source),
      ...maybe('iif', iif === undefined ? undefined : deviceIndex(this.#socket, operation, 'iif', iif)),
      ...maybe('oif', oif === undefined ? undefined : deviceIndex(this.#socket, operation, 'oif', oif)),
      ...pick(options, ['mark', 'uid', 'protocol', 'sourcePort', 'destinationPort']),
    })
  }
}

const emptyHeader: Omit<RouteHeader, 'family'> = {
  destinationLength: 0,
  fromLength: 0,
  tos: 0,
  table: 0,
  protocol: 0,
  scope: 0,
  type: 0,
  flags: 0,
}

type AnyHeader = Omit<RouteHeader, 'family'> & { readonly family?: 4 | 6 | undefined }

function listHeader(operation: string, options: RouteListOptions): AnyHeader {
  const { family, protocol = 0, type = 0 } = options
  if (family !== undefined) checkName(operation, 'family', family, families, 0)
  return {
    ...emptyHeader,
    family: family === undefined ? undefined : family === 'ipv6' ? 6 : 4,
    protocol: checkName(operation, 'protocol', protocol, routeProtocols, 255),
    type: checkName(operation, 'type', type, routeTypes, 255),
  }
}

function routeBody(operation: string, header: AnyHeader, values: RouteAttributes): Body {
  checkTable(operation, routeAttributes, values)
  return body(RTMSG, (to) => writeHeader(to, header), routeAttributes, values)
}

function writeHeader(to: Encoder, header: AnyHeader): void {
  const family = header.family === undefined ? AF_UNSPEC : header.family === 6 ? families.ipv6 : families.ipv4
  to.u8(family).u8(header.destinationLength).u8(header.fromLength).u8(header.tos)
  to.u8(header.table < 256 ? header.table : 0)
    .u8(header.protocol)
    .u8(header.scope)
    .u8(header.type)
  to.u32(header.flags)
}

/** What a lookup's error means: a route's type that refuses comes as an errno. */
const refusing: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'an unreachable route',
  EACCES: 'a prohibit route',
  EINVAL: 'a blackhole route, or the kernel did not take the question',
}

function noRoute(error: unknown): undefined {
  if (!(error instanceof NetlinkError) || error.errno === undefined) throw error
  if (error.errno === 'ENETUNREACH') return undefined
  const reason = refusing[error.errno]
  if (reason === undefined || error.kernelMessage !== undefined) throw error
  throw new NetlinkError('REFUSED', error.operation, `${error.errno}: ${reason}`, {
    cause: error,
    hint: 'ask with fibMatch: true to see the route',
  })
}
