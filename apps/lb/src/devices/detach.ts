import { existsSync, rmSync } from 'node:fs'
import { Link } from 'libbpf-ts'
import { linkPin, type InstancePaths, type LinkHook } from '../instance/paths.ts'
import type { DeviceMode } from './plan.ts'

/** The hook that a mode stands on. */
export function hookOf(mode: DeviceMode): LinkHook {
  return mode === 'tc' ? 'tc' : 'xdp'
}

/** Takes the program off a device, and the pins away. */
export function detachLink(paths: InstancePaths, device: string): void {
  for (const hook of ['xdp', 'tc'] as const) detachHook(paths, device, hook)
}

/** Takes the program off one hook of a device. A link whose device has gone only has its pin. */
export function detachHook(paths: InstancePaths, device: string, hook: LinkHook): void {
  const pin = linkPin(paths, device, hook)
  if (!existsSync(pin)) return
  using link = Link.open(pin)
  if (link.info().ifindex !== 0) link.detach()
  rmSync(pin)
}
