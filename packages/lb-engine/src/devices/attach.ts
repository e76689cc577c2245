import { BpfError, NotSupported, type Program } from 'libbpf-ts'
import { LbError } from '../error.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { linkPin, type TcHook } from './pins.ts'
import { attachFilter, directionOf } from './filter.ts'
import { BARE_NOTE, nativeNote } from './above.ts'
import type { Device, DeviceMode, XdpMode } from './plan.ts'

/** How a device came to its mode. */
export interface Attachment {
  readonly device: string
  readonly mode: DeviceMode
  /** Why it is not in a mode that was tried before. */
  readonly reason?: string
}

/** What is attached: over one set of tables, a program for each hook. That of tc is loaded when it is asked for. */
export interface Programs {
  readonly xdp: Program
  readonly tc: () => Program
  /** Of the messages; those of a configuration file when left out. */
  readonly terms?: Terms
}

const BY_FILTER = 'by a filter of tc: this kernel has no TCX, which is in Linux 6.6'

/** Ways onto tc: by a link, which kernels have from Linux 6.6 on, or by a filter. */
export type TcWay = 'tcx' | 'clsact'

/** Where and how a program is attached at tc. */
export interface TrafficOptions {
  /** On the way in, unless it says otherwise. */
  readonly hook?: TcHook
  readonly ways?: readonly TcWay[]
}

/** Attaches at tc by the first of the ways that the kernel has; says which. */
export function attachTraffic(
  paths: InstancePaths,
  device: Device,
  program: Program,
  { hook = 'tc', ways = ['tcx', 'clsact'] }: TrafficOptions = {},
): TcWay {
  try {
    if (ways[0] === 'clsact') throw new NotSupported('attachTcx', 'tcx', '6.6')
    using link = program.attachTcx({ ifindex: device.index, direction: directionOf(hook) })
    link.pin(linkPin(paths, device.name, hook))
    return 'tcx'
  } catch (error) {
    if (!(error instanceof NotSupported) || !ways.includes('clsact')) throw error
    attachFilter(paths, device, program, hook)
    return 'clsact'
  }
}

function attachXdp(paths: InstancePaths, { name, index }: Device, mode: XdpMode, program: Program): void {
  using link = program.attachXdp({ ifindex: index, mode })
  link.pin(linkPin(paths, name, 'xdp'))
}

/** Attaches to a device, trying the modes in turn. Throws `LbError` CANNOT_ATTACH with what each of them met. */
export function attach(
  { name, index: ifindex, kind, isBare }: Device,
  modes: readonly DeviceMode[],
  paths: InstancePaths,
  { xdp, tc, terms = specTerms }: Programs,
): Attachment {
  const reasons: string[] = isBare ? [BARE_NOTE] : []
  for (const mode of modes) {
    try {
      const device = { name, index: ifindex }
      if (mode !== 'tc') attachXdp(paths, device, mode, xdp)
      else if (attachTraffic(paths, device, tc()) === 'clsact') reasons.push(BY_FILTER)
      return { device: name, mode, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) }
    } catch (error) {
      if (!(error instanceof BpfError)) throw error
      const note = mode === 'native' ? nativeNote(kind) : undefined
      reasons.push(note === undefined ? error.message : `${error.message} (${note})`)
    }
  }
  throw new LbError(
    'CANNOT_ATTACH',
    `${name}: ${reasons.join('; ')}; leave it out of ${terms.device()}, or see ${terms.setting('acceleration')}`,
  )
}
