import type { Netlink } from 'netlink-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { deviceOfPin, hookOfLinkPin } from './pins.ts'
import { attachedPins, lookAtAttached, openAttached } from './attached.ts'
import { attach, type Attachment, type Programs } from './attach.ts'
import { detachHook, detachLink, hookOf } from './detach.ts'
import type { DeviceStep, PinnedLink } from './plan.ts'
import { renamePin } from './rename.ts'
import { switchMode } from './switch.ts'

/** What is attached for packets that come in, and where. Equivalent to: `bpftool link show pinned <pin>`. */
export function pinnedLinks(paths: InstancePaths, netlink: Netlink): PinnedLink[] {
  return lookAtAttached(paths, ({ device, hook, ifindex: index, programId }): PinnedLink[] => {
    if (hook === 'out') return []
    return [{ device, index, mode: hook === 'tc' ? 'tc' : xdpModeOn(netlink, index), programId }]
  }).flat()
}

/** Whether anything of the instance is attached to a device: by a link, in whatever network namespace. */
export function hasLiveLinks(paths: InstancePaths): boolean {
  return lookAtAttached(paths, ({ ifindex }) => ifindex !== 0).includes(true)
}

/** The devices whose packets meet the program at tc. */
export function tcDevices(paths: InstancePaths): string[] {
  return attachedPins(paths)
    .filter((pin) => hookOfLinkPin(pin) === 'tc')
    .map(deviceOfPin)
}

type UpdateStep = Extract<DeviceStep, { readonly do: 'update' }>

/** Carries out one step. Never detaches what is to stay attached. */
export function applyDeviceStep(step: DeviceStep, paths: InstancePaths, programs: Programs): Attachment | undefined {
  switch (step.do) {
    case 'rename':
      renamePin(paths, step.device)
      return undefined
    case 'update': {
      update(step, paths, programs)
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

function update({ device, mode }: UpdateStep, paths: InstancePaths, programs: Programs): void {
  for (const attached of openAttached(paths)) {
    using held = attached
    if (held.ifindex === device.index && held.hook === hookOf(mode))
      held.update(mode === 'tc' ? programs.tc() : programs.xdp)
  }
}

function xdpModeOn(netlink: Netlink, index: number): 'native' | 'generic' {
  const link = index === 0 ? undefined : netlink.link.get({ index })
  return link?.xdp?.mode === 'generic' ? 'generic' : 'native'
}
