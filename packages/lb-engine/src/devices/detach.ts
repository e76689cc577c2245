import type { InstancePaths } from '../instance/paths.ts'
import type { LinkHook } from './pins.ts'
import { openAttached } from './attached.ts'
import type { DeviceMode } from './plan.ts'

/** The hook that a mode stands on. */
export function hookOf(mode: DeviceMode): LinkHook {
  return mode === 'tc' ? 'tc' : 'xdp'
}

/** Takes the program off a device, and the pins away. */
export function detachLink(paths: InstancePaths, device: string): void {
  for (const hook of ['xdp', 'tc', 'out'] as const) detachHook(paths, device, hook)
}

/** Takes the program off one hook of a device. One whose device has gone only has its pin. */
export function detachHook(paths: InstancePaths, device: string, hook: LinkHook): void {
  for (const attached of openAttached(paths)) {
    using held = attached
    if (held.device === device && held.hook === hook) held.detach()
  }
}
