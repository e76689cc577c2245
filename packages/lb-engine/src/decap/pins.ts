import { join } from 'node:path'
import type { InstancePaths } from '../instance/paths.ts'

/** The ways that packets take over a device. */
export type Direction = 'in' | 'out'

/** The pin of a device's link. A BPF file system refuses dots; no device's name holds a colon. */
export function hookPin(paths: InstancePaths, device: string, direction: Direction): string {
  return join(paths.links, `${device.replaceAll('.', ':')}+${direction}`)
}

/** What a link's pin is named after. */
export function hookOfPin(pin: string): { device: string; direction: Direction } {
  const plus = pin.lastIndexOf('+')
  return { device: pin.slice(0, plus).replaceAll(':', '.'), direction: pin.endsWith('+in') ? 'in' : 'out' }
}
