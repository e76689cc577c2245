import { existsSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { InstancePaths } from '../instance/paths.ts'
import { filterPin, isFilterPin, linkPin } from './pins.ts'
import { type Attached, openAttached } from './attached.ts'
import type { Device } from './plan.ts'

/**
 * Names the pins of a device's links as the device is called now; the links themselves are not touched. Where two devices
 * have changed names, the other's pin makes way: it is found again by its device.
 */
export function renamePin(paths: InstancePaths, { name, index }: Device): void {
  using stack = new DisposableStack()
  const attached = openAttached(paths).map((one) => stack.use(one))
  for (const one of attached.filter(({ ifindex }) => ifindex === index)) {
    const to = pinOf(paths, one, name)
    if (basename(to) === one.pin) continue
    const there = attached.find(({ pin }) => pin === basename(to))
    // The kernel would take the pin there away, and the link with it.
    if (there && existsSync(to)) renameSync(to, pinOf(paths, there, `renamed-${there.ifindex}`))
    renameSync(join(paths.links, one.pin), to)
  }
}

function pinOf(paths: InstancePaths, { pin, hook, ifindex }: Attached, device: string): string {
  if (hook === 'xdp' || !isFilterPin(pin)) return linkPin(paths, device, hook)
  return filterPin(paths, device, ifindex, hook)
}
