import { isDeepStrictEqual } from 'node:util'
import type { Netlink } from '../netlink.ts'
import { omit } from '../pick.ts'
import { decodeAddress, RTM_DELADDR, RTM_NEWADDR } from '../route/address.ts'
import { AF_UNSPEC } from '../route/families.ts'
import { RTM_DELLINK, RTM_NEWLINK } from '../route/link.ts'
import { decodeLink } from '../route/link-decode.ts'
import { decodeNeighbor, isNeighbor, RTM_DELNEIGH, RTM_NEWNEIGH } from '../route/neighbor.ts'
import { decodeNextHop, RTM_DELNEXTHOP, RTM_NEWNEXTHOP } from '../route/nexthop.ts'
import { RTM_DELROUTE, RTM_NEWROUTE } from '../route/route.ts'
import { decodeRoute, isRoute } from '../route/route-decode.ts'
import { decodeRule, isRule, RTM_DELRULE, RTM_NEWRULE } from '../route/rule.ts'
import type { Message } from '../wire/message.ts'
import type { Watched, WatchedKind } from './types.ts'

/** How one kind is watched: which messages speak of it, how it is read whole, and which values are the same thing. */
export interface Watch<V> {
  /** `RTNLGRP_*`. */
  readonly groups: readonly number[]
  readonly added: number
  readonly removed: number
  /** False for messages of these types that speak of something else. */
  accepts(message: Message): boolean
  decode(message: Message): V
  dump(netlink: Netlink): IteratorObject<V, undefined>
  /** Values with the same key can stand for one another: one may have replaced the other. */
  key(value: V): string
  /** Tells values with the same key apart, where there can be more than one. */
  detail(value: V): string
  /** What of a value counts as a difference. */
  visible(value: V): unknown
  /** False for what is only passing by. */
  keeps(value: V): boolean
}

const always = (): boolean => true
const nothing = (): string => ''
const all = <V>(value: V): V => value

export const watches: { readonly [K in WatchedKind]: Watch<Watched[K]> } = {
  link: {
    groups: [1],
    added: RTM_NEWLINK,
    removed: RTM_DELLINK,
    // A bridge speaks of its ports in link messages of its own family.
    accepts: (message) => message.bytes[message.start] === AF_UNSPEC,
    decode: decodeLink,
    dump: (netlink) => netlink.link.list({ statistics: false }),
    key: (link) => String(link.index),
    detail: nothing,
    visible: (link) => omit(link, ['statistics']),
    keeps: always,
  },
  address: {
    groups: [5, 9],
    added: RTM_NEWADDR,
    removed: RTM_DELADDR,
    accepts: always,
    decode: decodeAddress,
    dump: (netlink) => netlink.address.list(),
    key: ({ index, address, peer }) => `${index} ${address} ${peer}`,
    detail: nothing,
    // Lifetimes run down by themselves.
    visible: ({ preferredLifetime, validLifetime, ...rest }) => [rest, preferredLifetime === 0, validLifetime === 0],
    keeps: always,
  },
  route: {
    groups: [7, 11],
    added: RTM_NEWROUTE,
    removed: RTM_DELROUTE,
    accepts: isRoute,
    decode: decodeRoute,
    dump: (netlink) => netlink.route.list({ table: 'all' }),
    key: ({ family, table, destination, from, tos, metric }) =>
      [family, table, destination, from, tos, metric].join(' '),
    detail: ({ type, via, index, nexthops, nexthopId }) => JSON.stringify([type, via, index, nexthops, nexthopId]),
    visible: (route) => omit(route, ['expires']),
    keeps: ({ flags }) => !flags.includes('cloned'),
  },
  rule: {
    groups: [8, 19],
    added: RTM_NEWRULE,
    removed: RTM_DELRULE,
    accepts: isRule,
    decode: decodeRule,
    dump: (netlink) => netlink.rule.list(),
    key: ({ family, priority }) => `${family} ${priority}`,
    detail: (rule) => JSON.stringify(omit(rule, ['flags'])),
    visible: all,
    keeps: always,
  },
  neighbor: {
    groups: [3],
    added: RTM_NEWNEIGH,
    removed: RTM_DELNEIGH,
    accepts: isNeighbor,
    decode: decodeNeighbor,
    dump: (netlink) => netlink.neighbor.list(),
    key: ({ index, address }) => `${index} ${address}`,
    detail: nothing,
    visible: (neighbor) => omit(neighbor, ['usedMs', 'confirmedMs', 'updatedMs', 'probes']),
    keeps: ({ flags }) => !flags.includes('proxy'),
  },
  nexthop: {
    groups: [32],
    added: RTM_NEWNEXTHOP,
    removed: RTM_DELNEXTHOP,
    accepts: always,
    decode: decodeNextHop,
    dump: (netlink) => netlink.nexthop.list(),
    key: ({ id }) => String(id),
    detail: nothing,
    visible: all,
    keeps: always,
  },
}

/** Whether a reader could tell the two apart. */
export function looksSame<V>(watch: Watch<V>, a: V, b: V): boolean {
  return isDeepStrictEqual(watch.visible(a), watch.visible(b))
}
