import type { Link } from 'netlink-ts'

/** Warnings about devices that are named although their packets begin with the IP header, where the program expects a frame. */
export function frameWarnings(devices: readonly Pick<Link, 'name' | 'type'>[]): string[] {
  return devices
    .filter(({ type }) => type !== 'ether' && type !== 'loopback')
    .map(
      ({ name }) =>
        `${name} has no Ethernet frames, so nothing is balanced there; write the device below it, which its packets come in by`,
    )
}

/** Warnings about devices that take frames for anybody: the datapath asks for no MAC, as one may be another device's of this host. */
export function promiscuityWarnings(devices: readonly Pick<Link, 'name' | 'promiscuity'>[]): string[] {
  return devices
    .filter(({ promiscuity = 0 }) => promiscuity > 0)
    .map(
      ({ name }) =>
        `${name} is promiscuous (somebody looks at it, or it is a bridge's port): packets to services are balanced there also where their frames are for other hosts; use tcpdump -p, and a bridge in place of its ports`,
    )
}
