import { join } from 'node:path'
import type { InstancePaths } from '../instance/paths.ts'

/** Which of a device's hooks a link stands on: two on the way in, and one on the way out. */
export type LinkHook = 'xdp' | TcHook

/** Those of tc. */
export type TcHook = 'tc' | 'out'

/** Behind the device in the name of a link's pin. */
const LINK = { xdp: '', tc: '+tc', out: '+out' } as const satisfies Record<LinkHook, string>

/** The same for a filter's, before the device's index. */
const FILTER = { tc: '+filter-', out: '+outfilter-' } as const satisfies Record<TcHook, string>
const FILTER_PIN = /\+(?:out)?filter-(\d+)$/

/** The name of a device's link pin. A BPF file system refuses dots, and no device's name holds a colon. */
export function linkPin(paths: InstancePaths, device: string, hook: LinkHook = 'xdp'): string {
  return join(paths.links, `${device.replaceAll('.', ':')}${LINK[hook]}`)
}

/** The name of the pin that stands for a filter at tc, which the kernel cannot pin. */
export function filterPin(paths: InstancePaths, device: string, ifindex: number, hook: TcHook = 'tc'): string {
  return join(paths.links, `${device.replaceAll('.', ':')}${FILTER[hook]}${ifindex}`)
}

export function isFilterPin(pin: string): boolean {
  return FILTER_PIN.test(pin)
}

/** The device of a filter's pin, which may be gone or have another name by now. */
export function ifindexOfFilter(pin: string): number {
  return Number(FILTER_PIN.exec(pin)?.[1])
}

/** The device that a link's pin is named after. */
export function deviceOfPin(pin: string): string {
  return pin.replace(/\+(tc|out|(?:out)?filter-\d+)$/, '').replaceAll(':', '.')
}

/** The hook that a link's pin tells of. */
export function hookOfLinkPin(pin: string): LinkHook {
  if (pin.endsWith(LINK.out) || pin.includes(FILTER.out)) return 'out'
  return pin.endsWith(LINK.tc) || isFilterPin(pin) ? 'tc' : 'xdp'
}
