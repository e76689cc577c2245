import { BpfError, type Program } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { attachTraffic } from './attach.ts'
import { lookAtAttached, openAttached } from './attached.ts'
import { detachHook } from './detach.ts'
import type { Device } from './plan.ts'

/** Whether the program for what this host answers is on any device. */
export function meetsAnswers(paths: InstancePaths): boolean {
  return lookAtAttached(paths, ({ hook }) => hook === 'out').includes(true)
}

/**
 * Has what this host answers as a backend meet the program on its way out, by each of these devices; the one that is there is
 * swapped in place. Returns why not, a line for each device that refused.
 */
export function attachLeaving(paths: InstancePaths, devices: readonly Device[], program: Program): string[] {
  const there = bringUpToDate(paths, program)
  return devices.flatMap((device) => {
    if (there.has(device.index)) return []
    try {
      attachTraffic(paths, device, program, { hook: 'out' })
      return []
    } catch (error) {
      if (!(error instanceof BpfError)) throw error
      return [`${device.name}: what this host answers as a backend does not leave by it: ${error.message}`]
    }
  })
}

/** The devices that it is on, by number. What stands for one that has gone makes way. */
function bringUpToDate(paths: InstancePaths, program: Program): Set<number> {
  const { id } = program.info()
  const there = new Set<number>()
  for (const attached of openAttached(paths)) {
    using held = attached
    if (held.hook !== 'out') continue
    if (held.ifindex === 0) detachHook(paths, held.device, 'out')
    else {
      if (held.programId !== id) held.update(program)
      there.add(held.ifindex)
    }
  }
  return there
}
