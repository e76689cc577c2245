import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Link } from 'libbpf-ts'
import { hookOfLinkPin, linkPin, type InstancePaths } from '../instance/paths.ts'
import type { Device } from './plan.ts'

/**
 * Names the pins of a device's links as the device is called now; the links themselves are not touched. Where two devices
 * have changed names, the other's pin makes way: it is found again by its device.
 */
export function renamePin(paths: InstancePaths, { name, index }: Device): void {
  for (const pin of readdirSync(paths.links).filter((one) => indexOf(join(paths.links, one)) === index)) {
    const to = linkPin(paths, name, hookOfLinkPin(pin))
    if (join(paths.links, pin) === to) continue
    // The kernel would take the pin there away, and the link with it.
    if (existsSync(to)) renameSync(to, linkPin(paths, `renamed-${indexOf(to)}`, hookOfLinkPin(pin)))
    renameSync(join(paths.links, pin), to)
  }
}

function indexOf(pin: string): number {
  using link = Link.open(pin)
  return link.info().ifindex ?? 0
}
