import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BpfError, Link, type Program } from 'libbpf-ts'
import { LbError } from '../error.ts'
import type { Netlink } from 'netlink-ts'
import { deviceOfPin, linkPin, type InstancePaths } from '../instance/paths.ts'
import type { DeviceStep, PinnedLink, XdpMode } from './plan.ts'
import { renamePin } from './rename.ts'

/** How a device came to its mode. */
export interface Attachment {
  readonly device: string
  readonly mode: XdpMode
  /** Why it is not native, where native was tried. */
  readonly reason?: string
}

/** The links that are pinned, and where they are attached. Equivalent to: `bpftool link show pinned <pin>`. */
export function pinnedLinks(paths: InstancePaths, netlink: Netlink): PinnedLink[] {
  if (!existsSync(paths.links)) return []
  return readdirSync(paths.links).map((pin) => {
    using link = Link.open(join(paths.links, pin))
    const { ifindex: index = 0, programId } = link.info()
    return { device: deviceOfPin(pin), index, mode: modeOn(netlink, index), programId }
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
export function applyDeviceStep(step: DeviceStep, paths: InstancePaths, program: Program): Attachment | undefined {
  switch (step.do) {
    case 'rename':
      renamePin(paths, step.device)
      return undefined
    case 'update': {
      using link = Link.open(linkPin(paths, step.device.name))
      link.update(program)
      return { device: step.device.name, mode: step.mode }
    }
    case 'attach':
      return attach(step.device.name, step.device.index, step.modes, paths, program)
    default:
      detachLink(paths, step.device)
      return undefined
  }
}

/** Takes the program off a device and the pin away. A link whose device has gone only has its pin. */
export function detachLink(paths: InstancePaths, device: string): void {
  const pin = linkPin(paths, device)
  if (!existsSync(pin)) return
  using link = Link.open(pin)
  if (link.info().ifindex !== 0) link.detach()
  rmSync(pin)
}

function attach(
  device: string,
  ifindex: number,
  modes: readonly XdpMode[],
  paths: InstancePaths,
  program: Program,
): Attachment {
  const reasons: string[] = []
  for (const mode of modes) {
    try {
      using link = program.attachXdp({ ifindex, mode })
      link.pin(linkPin(paths, device))
      return { device, mode, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}) }
    } catch (error) {
      if (!(error instanceof BpfError)) throw error
      reasons.push(error.message)
    }
  }
  throw new LbError(
    'CANNOT_ATTACH',
    `${device}: ${reasons.join('; ')}; leave it out of spec.devices, or see spec.acceleration`,
  )
}

function modeOn(netlink: Netlink, index: number): XdpMode {
  const link = index === 0 ? undefined : netlink.link.get({ index })
  return link?.xdp?.mode === 'generic' ? 'generic' : 'native'
}
