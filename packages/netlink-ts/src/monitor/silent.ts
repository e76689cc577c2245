import { RTM_DELADDR } from '../route/address.ts'
import { families } from '../route/families.ts'
import { RTM_DELLINK, RTM_NEWLINK } from '../route/link.ts'
import { linkFlags } from '../route/link-flags.ts'
import { RTM_DELNEXTHOP } from '../route/nexthop.ts'
import type { Message } from '../wire/message.ts'
import type { WatchedKind } from './types.ts'

/** The groups (link, IPv4 address, nexthop) whose messages tell when something goes without a message of its own. */
export const silentGroups: Readonly<Partial<Record<WatchedKind, readonly number[]>>> = {
  route: [1, 5, 32],
  nexthop: [1],
}

/**
 * The kinds that may have lost entries silently with what this message tells. IPv4 routes go without a word when
 * their device goes down or away, with their source address, and with their nexthop object (`fib_flush()`); nexthop
 * objects when their device loses its carrier, goes down or away (`nexthop_flush_dev()`).
 */
export function silentlyGone(message: Message): readonly WatchedKind[] {
  switch (message.type) {
    case RTM_DELLINK:
      return ['route', 'nexthop']
    case RTM_NEWLINK:
      return works(message) ? [] : ['route', 'nexthop']
    case RTM_DELNEXTHOP:
      return ['route']
    case RTM_DELADDR:
      return message.bytes[message.start] === families.ipv4 ? ['route'] : []
    default:
      return []
  }
}

function works({ bytes, start, end }: Message): boolean {
  const both = linkFlags.UP | linkFlags.LOWER_UP
  return end - start >= 12 && (new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(8, true) & both) === both
}
