import type { DeviceAddress, Neighbor, Netlink } from 'netlink-ts'
import { hopKey } from '../hop/key.ts'
import type { KeepInput } from './types.ts'

/** What the kernel knows, as a plan needs it. Reads only. Equivalent to: `ip neigh show nud all`, `ip link`, `ip address`. */
export function readKernel(
  netlink: Pick<Netlink, 'neighbor' | 'link' | 'address'>,
): Pick<KeepInput, 'neighbors' | 'own' | 'devices'> {
  const links = [...netlink.link.list({ statistics: false })]
  const able = links.filter(({ flags }) => flags.includes('UP') && !flags.includes('NOARP'))
  return {
    neighbors: neighborsByKey(netlink),
    own: new Set([...netlink.address.list()].map(ownKey)),
    devices: new Set(able.map(({ index }) => index)),
  }
}

/** Link-local addresses are an own one on their link only: routers like to share fe80::1. */
function ownKey({ index, address, scope }: DeviceAddress): string {
  const plain = address.split('/')[0]!
  return scope === 'link' ? hopKey({ index, address: plain }) : plain
}

export function neighborsByKey(netlink: Pick<Netlink, 'neighbor'>): Map<string, Neighbor> {
  return new Map([...netlink.neighbor.list()].map((entry) => [hopKey(entry), entry]))
}
