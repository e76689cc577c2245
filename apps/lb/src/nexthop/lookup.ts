import { NetlinkError, type Netlink } from 'netlink-ts'
import type { Route } from './resolve.ts'

/** Asks the kernel which way a packet to the address goes. Equivalent to: `ip route get <address>`. */
export function routeLookup(netlink: Netlink, nameOf: (index: number) => string): (address: string) => Route | Error {
  return (address) => {
    try {
      const route = netlink.route.get(address)
      if (route?.index === undefined) return new Error('there is none')
      return {
        device: nameOf(route.index),
        index: route.index,
        gateway: route.via,
        source: route.source,
        local: route.type === 'local',
      }
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'REFUSED') return error
      throw error
    }
  }
}
