import { BpfError, type Program } from 'libbpf-ts'
import { LbError } from '../error.ts'
import { linkPin, type InstancePaths } from '../instance/paths.ts'
import { hookOf } from './detach.ts'
import type { Device, DeviceMode } from './plan.ts'

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
}

/** Attaches to a device, trying the modes in turn. Throws `LbError` CANNOT_ATTACH with what each of them met. */
export function attach(
  { name, index: ifindex }: Device,
  modes: readonly DeviceMode[],
  paths: InstancePaths,
  { xdp, tc }: Programs,
): Attachment {
  const reasons: string[] = []
  for (const mode of modes) {
    try {
      using link = mode === 'tc' ? tc().attachTcx({ ifindex, direction: 'ingress' }) : xdp.attachXdp({ ifindex, mode })
      link.pin(linkPin(paths, name, hookOf(mode)))
      return { device: name, mode, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) }
    } catch (error) {
      if (!(error instanceof BpfError)) throw error
      reasons.push(error.message)
    }
  }
  throw new LbError(
    'CANNOT_ATTACH',
    `${name}: ${reasons.join('; ')}; leave it out of spec.devices, or see spec.acceleration`,
  )
}
