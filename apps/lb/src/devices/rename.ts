import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Link } from 'libbpf-ts'
import { linkPin, type InstancePaths } from '../instance/paths.ts'
import type { Device } from './plan.ts'

/**
 * Names the pin of a device's link as the device is called now; the link itself is not touched. Where two devices have
 * changed names, the other's pin makes way: it is found again by its device.
 */
export function renamePin(paths: InstancePaths, { name, index }: Device): void {
  const to = linkPin(paths, name)
  const from = readdirSync(paths.links).find((pin) => indexOf(join(paths.links, pin)) === index)
  if (from === undefined || join(paths.links, from) === to) return
  // The kernel would take the pin there away, and the link with it.
  if (existsSync(to)) renameSync(to, join(paths.links, `renamed-${indexOf(to)}`))
  renameSync(join(paths.links, from), to)
}

function indexOf(pin: string): number {
  using link = Link.open(pin)
  return link.info().ifindex ?? 0
}
