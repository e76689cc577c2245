import { kernelRefusal } from '../errors.ts'
import { deviceIndex, deviceName, type Device } from '../sys/device.ts'
import { AttachType, createLink } from '../sys/link.ts'
import { Link } from './link.ts'

/** A device, and how its packets reach the program. */
export type XdpOptions = Device & {
  /**
   * `native`: in the driver; `generic`: after it, on any device; `offload`: on the card. Default: native where the
   * driver can, else generic.
   */
  readonly mode?: 'native' | 'generic' | 'offload'
}

interface XdpProgram {
  readonly fd: number
  readonly name: string
}

const MODES = { generic: 1 << 1, native: 1 << 2, offload: 1 << 3 } as const

const HINTS: Readonly<Record<number, string>> = {
  [-16]: 'another link or program is on this device',
  [-17]: 'a program in another mode is on this device: native and generic exclude each other',
  [-95]: 'the driver has no XDP in this mode: try mode "generic"',
}

/**
 * Attaches an XDP program to a device of this thread's network namespace.
 *
 * Errors: NOT_FOUND; BUSY or EXISTS, when a program is there; NOT_SUPPORTED, when the driver has no such mode.
 * Minimum kernel 5.9. Equivalent to: `bpftool net attach xdpdrv|xdpgeneric|xdpoffload` (as a link).
 */
export function attachXdp(program: XdpProgram, options: XdpOptions): Link {
  const target = deviceIndex(options, 'attachXdp')
  const flags = options.mode ? MODES[options.mode] : 0
  const fd = createLink({ program: program.fd, target, attachType: AttachType.xdp, flags })
  if (fd >= 0) return new Link(fd, `xdp on ${deviceName(options)}`)
  const what = `program "${program.name}" on ${deviceName(options)}`
  throw kernelRefusal('attachXdp', fd, what, HINTS[fd] ? { hint: HINTS[fd] } : {})
}
