import { join } from 'node:path'
import type { InstancePaths } from '../instance/paths.ts'

/** Which of a device's two hooks a link stands on. */
export type LinkHook = 'xdp' | 'tc'

/** Behind the device in the name of a tc link's pin. */
const TC = '+tc'

/** The same for a filter's, before the device's index. */
const FILTER = '+filter-'

/** The name of a device's link pin. A BPF file system refuses dots, and no device's name holds a colon. */
export function linkPin(paths: InstancePaths, device: string, hook: LinkHook = 'xdp'): string {
  return join(paths.links, `${device.replaceAll('.', ':')}${hook === 'tc' ? TC : ''}`)
}

/** The name of the pin that stands for a filter at tc, which the kernel cannot pin. */
export function filterPin(paths: InstancePaths, device: string, ifindex: number): string {
  return join(paths.links, `${device.replaceAll('.', ':')}${FILTER}${ifindex}`)
}

export function isFilterPin(pin: string): boolean {
  return pin.includes(FILTER)
}

/** The device of a filter's pin, which may be gone or have another name by now. */
export function ifindexOfFilter(pin: string): number {
  return Number(pin.slice(pin.indexOf(FILTER) + FILTER.length))
}

/** The device that a link's pin is named after. */
export function deviceOfPin(pin: string): string {
  return pin.replace(/\+(tc|filter-\d+)$/, '').replaceAll(':', '.')
}

/** The hook that a link's pin tells of. */
export function hookOfLinkPin(pin: string): LinkHook {
  return pin.endsWith(TC) || isFilterPin(pin) ? 'tc' : 'xdp'
}
