import type { Link } from 'netlink-ts'

/** A MAC address that frames for this host may have, of those that come by a device. */
export interface OwnAddress {
  readonly device: number
  readonly address: string
}

export type AddressedLink = Pick<Link, 'index' | 'kind' | 'address' | 'master' | 'link' | 'linkNetnsid'>

const MAC_LENGTH = 'xx:xx:xx:xx:xx:xx'.length

/**
 * Whose frames are this host's, by the device that the program meets them on: its own, and those of what is above it (a
 * bond, a bridge, a VLAN device, a VRRP router's macvlan). `devices`: the indexes of those that carry the program. XDP on a
 * bond, or on a device with a faster one below it (Hyper-V), says the ports' numbers; a bond's ports may each answer
 * by an address of their own. Pure.
 */
export function planOwnAddresses(links: readonly AddressedLink[], devices: readonly number[]): OwnAddress[] {
  const carrying = new Set(devices)
  const ports = links.filter(({ index, master = 0 }) => carrying.has(index) || carrying.has(master))
  return ports.flatMap(({ index }) => {
    const above = linksAbove(index, links)
    const family = links.filter((link) => above.has(link.index) || isPortOfBond(link, above, links))
    const addresses = new Set(family.map(({ address }) => address).filter((one) => one?.length === MAC_LENGTH))
    return [...addresses].map((address) => ({ device: index, address: address! }))
  })
}

/** Devices whose change may change the plan. */
export function watchedLinks(links: readonly AddressedLink[], devices: readonly number[]): Set<number> {
  const carrying = new Set(devices)
  const ports = links.filter(({ index, master = 0 }) => carrying.has(index) || carrying.has(master))
  return new Set(ports.flatMap(({ index }) => [...linksAbove(index, links)]))
}

/** Itself, its master and those made on it, and so on upwards. */
function linksAbove(index: number, links: readonly AddressedLink[]): Set<number> {
  const found = new Set([index])
  // A set is walked while it grows.
  for (const below of found) {
    const master = links.find((link) => link.index === below)?.master
    if (master !== undefined) found.add(master)
    for (const link of links) if (isMadeOn(link, below)) found.add(link.index)
  }
  return found
}

/** A veth's `link` is its peer. */
function isMadeOn({ kind, link, linkNetnsid }: AddressedLink, below: number): boolean {
  return link === below && linkNetnsid === undefined && kind !== 'veth' && kind !== 'netkit'
}

function isPortOfBond({ master }: AddressedLink, above: ReadonlySet<number>, links: readonly AddressedLink[]): boolean {
  return master !== undefined && above.has(master) && links.find(({ index }) => index === master)?.kind === 'bond'
}
