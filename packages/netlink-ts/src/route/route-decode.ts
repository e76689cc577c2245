import { bitNames, numberName } from '../bits.ts'
import { maybe } from '../pick.ts'
import type { Message } from '../wire/message.ts'
import { readMessage } from './attributes-of.ts'
import { AF_UNSPEC, familyName, isInternet } from './families.ts'
import type { Hop } from './multipath.ts'
import { RTMSG, routeAttributes } from './route-attributes.ts'
import type { NextHop, Route } from './route-types.ts'
import { routeFlags, routeProtocols, routeTypes } from './route-types.ts'
import { routePreferences } from './route-values.ts'
import { scopes } from './scopes.ts'

/** Multicast routing and MPLS come in the same messages. */
export function isRoute(message: Message): boolean {
  return isInternet(message.bytes[message.start] ?? AF_UNSPEC)
}

/** Reads `RTM_NEWROUTE` and `RTM_DELROUTE`. */
export function decodeRoute(message: Message): Route {
  const { header, values } = readMessage('route', message, RTMSG, routeAttributes)
  const family = familyName(header.getUint8(0))
  const any = family === 'ipv6' ? '::' : '0.0.0.0'
  const fromLength = header.getUint8(2)
  const tos = header.getUint8(3)
  return {
    family,
    destination: `${values.destination ?? any}/${header.getUint8(1)}`,
    ...(fromLength > 0 || values.from !== undefined ? { from: `${values.from ?? any}/${fromLength}` } : {}),
    type: numberName(header.getUint8(7), routeTypes),
    table: values.table ?? header.getUint8(4),
    protocol: numberName(header.getUint8(5), routeProtocols),
    scope: numberName(header.getUint8(6), scopes),
    ...(tos === 0 ? {} : { tos }),
    ...maybe('via', values.gateway ?? values.via),
    ...maybe('index', values.oif),
    ...maybe('incomingIndex', values.iif),
    ...maybe('source', values.source),
    ...maybe('metric', values.metric),
    ...maybe('metrics', values.metrics),
    ...maybe('nexthops', values.multipath?.map(nextHop)),
    ...maybe('nexthopId', values.nexthopId),
    flags: bitNames(header.getUint32(8, true), routeFlags),
    ...maybe('mark', values.mark),
    ...maybe('uid', values.uid),
    ...maybe('expires', values.expires),
    ...maybe(
      'preference',
      values.preference === undefined ? undefined : numberName(values.preference, routePreferences),
    ),
  }
}

function nextHop({ gateway, via, index, weight, flags }: Hop): NextHop {
  return {
    ...maybe('via', gateway ?? via),
    ...(index > 0 ? { index } : {}),
    weight,
    flags: bitNames(flags, routeFlags),
  }
}
