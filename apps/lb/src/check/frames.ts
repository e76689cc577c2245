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
