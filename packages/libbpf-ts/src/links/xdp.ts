import { chosen } from '../chosen.ts'
import { deviceIndex, deviceName, type Device } from '../sys/device.ts'
import { AttachType } from '../sys/link.ts'
import { attach, type Attachable } from './attach.ts'
import type { Link } from './link.ts'

/** A device, and how its packets reach the program. */
export type XdpOptions = Device & {
  /**
   * `native`: in the driver; `generic`: after it, on any device; `offload`: on the card (load the object with
   * `offloadTo` first). Default: native where the driver can, else generic.
   */
  readonly mode?: 'native' | 'generic' | 'offload'
}

const MODES = { generic: 1 << 1, native: 1 << 2, offload: 1 << 3 } as const

const HINTS: Readonly<Record<number, string>> = {
  [-16]: 'another link or program is on this device',
  [-17]: 'a program in another mode is on this device: native and generic exclude each other',
  [-22]: 'is it an XDP program, and not loaded for a card (offloadTo)?',
  [-95]: 'the driver has no XDP in this mode: try mode "generic"',
}

const OFFLOAD_HINTS = {
  ...HINTS,
  [-22]: 'load the object with offloadTo this device first; only a card that runs BPF itself takes it',
}

/**
 * Attaches an XDP program to a device of this thread's network namespace.
 *
 * Errors: NOT_FOUND; INVALID_INPUT; BUSY or EXISTS, when a program is there; NOT_SUPPORTED, when the driver has no such mode;
 * REFUSED (EINVAL) for `offload` of a program that was not loaded for this card.
 * Minimum kernel 5.9. Equivalent to: `bpftool net attach xdpdrv|xdpgeneric|xdpoffload` (as a link).
 */
export function attachXdp(program: Attachable, options: XdpOptions): Link {
  const operation = 'attachXdp'
  const flags = options.mode === undefined ? 0 : chosen(MODES, options.mode, operation, 'mode')
  const target = deviceIndex(options, operation)
  return attach(program, {
    operation,
    feature: 'xdp-link',
    place: `xdp on ${deviceName(options)}`,
    request: { target, attachType: AttachType.xdp, flags },
    hints: options.mode === 'offload' ? OFFLOAD_HINTS : HINTS,
  })
}
