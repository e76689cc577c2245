import type { Link } from 'netlink-ts'

/** Kinds of devices above others, and what XDP in the driver takes there. */
const kinds: Readonly<Record<string, string>> = {
  bond: 'a bond has XDP in its driver from Linux 5.15 on, in the modes balance-rr, active-backup, balance-xor and 802.3ad, if all its members have it, and no program of their own',
  team: 'a team has no XDP in its driver',
  vlan: 'a VLAN device has no XDP in its driver; the program on the device below reads its tags: name that one, too',
  macvlan: 'a macvlan has no XDP in its driver',
  ipvlan: 'an ipvlan has no XDP in its driver',
}

/** Whether packets come by a device of this kind after they have come by another. */
export function isAbove(kind: string | undefined): boolean {
  return kind !== undefined && Object.hasOwn(kinds, kind)
}

/** What is to be known of XDP in the driver of such a device; `undefined`: nothing beyond what the kernel says. */
export function nativeNote(kind: string | undefined): string | undefined {
  return kind === undefined || !isAbove(kind) ? undefined : kinds[kind]
}

/** Whether a device's packets begin with the IP header, as a tunnel's do, where the program expects a frame. */
export function isBare({ type }: Pick<Link, 'type'>): boolean {
  return type !== 'ether' && type !== 'loopback'
}

/** What is to be known of such a device. */
export const BARE_NOTE =
  'it has no Ethernet frames, so nothing is balanced there; write the device below it, which its packets come in by'
