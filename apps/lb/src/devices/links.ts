import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Link } from 'libbpf-ts'
import type { Netlink } from 'netlink-ts'
import { deviceOfPin, hookOfLinkPin, linkPin, type InstancePaths } from '../instance/paths.ts'
import { attach, type Attachment, type Programs } from './attach.ts'
import { detachHook, detachLink, hookOf } from './detach.ts'
import type { DeviceStep, PinnedLink } from './plan.ts'
import { renamePin } from './rename.ts'
import { switchMode } from './switch.ts'

/** The links that are pinned, and where they are attached. Equivalent to: `bpftool link show pinned <pin>`. */
export function pinnedLinks(paths: InstancePaths, netlink: Netlink): PinnedLink[] {
  if (!existsSync(paths.links)) return []
  return readdirSync(paths.links).map((pin) => {
    using link = Link.open(join(paths.links, pin))
    const { ifindex: index = 0, programId } = link.info()
    const mode = hookOfLinkPin(pin) === 'tc' ? 'tc' : xdpModeOn(netlink, index)
    return { device: deviceOfPin(pin), index, mode, programId }
  })
}

/** Whether any link of the instance is attached to a device, in whatever network namespace. */
export function hasLiveLinks(paths: InstancePaths): boolean {
  if (!existsSync(paths.links)) return false
  return readdirSync(paths.links).some((pin) => {
    using link = Link.open(join(paths.links, pin))
    return link.info().ifindex !== 0
  })
}

/** Carries out one step. Never detaches what is to stay attached. */
export function applyDeviceStep(step: DeviceStep, paths: InstancePaths, programs: Programs): Attachment | undefined {
  switch (step.do) {
    case 'rename':
      renamePin(paths, step.device)
      return undefined
    case 'update': {
      using link = Link.open(linkPin(paths, step.device.name, hookOf(step.mode)))
      link.update(step.mode === 'tc' ? programs.tc() : programs.xdp)
      return { device: step.device.name, mode: step.mode }
    }
    case 'attach':
      return attach(step.device, step.modes, paths, programs)
    case 'switch':
      return switchMode(step, paths, programs)
    case 'drop':
      detachHook(paths, step.device.name, hookOf(step.mode))
      return undefined
    default:
      detachLink(paths, step.device)
      return undefined
  }
}

function xdpModeOn(netlink: Netlink, index: number): 'native' | 'generic' {
  const link = index === 0 ? undefined : netlink.link.get({ index })
  return link?.xdp?.mode === 'generic' ? 'generic' : 'native'
}
