import type { Link } from 'netlink-ts'
import { BARE_NOTE, isBare } from '@skep/lb-engine'

/** Warnings about devices that are named although their packets begin with the IP header, where the program expects a frame. */
export function frameWarnings(devices: readonly Pick<Link, 'name' | 'type'>[]): string[] {
  return devices.filter(isBare).map(({ name }) => `${name}: ${BARE_NOTE}`)
}
