import type { Link } from 'netlink-ts'
import { BARE_NOTE, isBare } from '@skep/lb-engine'

/** Warnings about devices that are named although their packets begin with the IP header, where the program expects a frame. */
export function frameWarnings(devices: readonly Pick<Link, 'name' | 'type'>[]): string[] {
  return devices.filter(isBare).map(({ name }) => `${name}: ${BARE_NOTE}`)
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
