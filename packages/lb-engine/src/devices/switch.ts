import type { InstancePaths } from '../instance/paths.ts'
import { attach, type Attachment, type Programs } from './attach.ts'
import { detachHook, hookOf } from './detach.ts'
import type { Device, DeviceMode, LinkChange } from './plan.ts'

/**
 * Another mode on a device, without a packet that meets no program: tc comes before XDP goes, and goes after XDP has
 * come. While both are there, packets for services meet XDP's alone, which sends them on. XDP in another mode is refused
 * beside the one that is there, so tc stands in. Killed on the way, the next start goes on from what it finds.
 */
export function switchMode(step: LinkChange, paths: InstancePaths, programs: Programs): Attachment {
  const { device, from, modes } = step
  const had = from.find((mode) => mode !== 'tc')
  if (had === undefined) return replaceTc(device, modes, paths, programs)
  const standIn = from.includes('tc') ? undefined : attach(device, ['tc'], paths, programs)
  detachHook(paths, device.name, 'xdp')
  if (standIn && modes.includes('tc')) return standIn
  try {
    return replaceTc(device, modes, paths, programs)
  } catch (error) {
    replaceTc(device, [had], paths, programs)
    throw error
  }
}

/** XDP where tc is. Refused, tc stays. */
function replaceTc(device: Device, modes: readonly DeviceMode[], paths: InstancePaths, programs: Programs): Attachment {
  const attachment = attach(device, modes, paths, programs)
  if (hookOf(attachment.mode) === 'xdp') detachHook(paths, device.name, 'tc')
  return attachment
}
