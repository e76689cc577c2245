import type { LbXdp } from '@skep/datapath/lb-xdp'
import type { Netlink } from 'netlink-ts'
import { capturingProgram } from '../capture/under-way.ts'
import type { Config } from '../config/config.ts'
import { pinProgram } from '../datapath/load.ts'
import { applyDeviceStep, detachLink, pinnedLinks, type Attachment } from '../devices/links.ts'
import { planDevices, type Device, type DevicePlan, type DeviceStep } from '../devices/plan.ts'
import { writeAttachments } from '../devices/record.ts'
import { selectDevices } from '../devices/select.ts'
import type { InstancePaths } from '../instance/paths.ts'

/** The XDP links of an instance. */
export class Links {
  readonly #paths: InstancePaths
  readonly #netlink: Netlink
  readonly #datapath: LbXdp

  constructor(paths: InstancePaths, netlink: Netlink, datapath: LbXdp) {
    this.#paths = paths
    this.#netlink = netlink
    this.#datapath = datapath
  }

  /** The devices that the configuration names, as they are now. */
  devices({ devices: patterns }: Config): Device[] {
    const links = [...this.#netlink.link.list()]
    const names = links.map(({ name }) => name)
    const { devices } = selectDevices(patterns, names)
    return links.filter(({ name }) => devices.includes(name)).map(({ name, index }) => ({ name, index }))
  }

  /** The devices that are linked. */
  attached(): string[] {
    return pinnedLinks(this.#paths, this.#netlink).map(({ device }) => device)
  }

  /** What is to be done for the devices. Links that hold this very program, or that of a capture, need no update. */
  plan(devices: readonly Device[], { acceleration }: Config): DevicePlan {
    const { id } = this.#datapath.programs.lbXdp.info()
    const pinned = pinnedLinks(this.#paths, this.#netlink)
    const { steps, refused } = planDevices(devices, pinned, acceleration)
    const current = new Set([id, capturingProgram(this.#paths) ?? id])
    const stays = (device: string) => pinned.some((link) => link.device === device && current.has(link.programId))
    return { steps: steps.filter((step) => step.do !== 'update' || !stays(step.device.name)), refused }
  }

  /** Attaches and updates; what must go because its device has gone makes way first. If one device refuses, none of the new ones stays. */
  attach(steps: readonly DeviceStep[]): Attachment[] {
    const now = steps.filter((step) => step.do !== 'detach' || step.reason === 'device has gone')
    if (now.length === 0) return []
    pinProgram(this.#paths, this.#datapath)
    using undo = new DisposableStack()
    const made = now.map((step) => {
      const attachment = applyDeviceStep(step, this.#paths, this.#datapath.programs.lbXdp)
      if (step.do === 'attach') undo.defer(() => detachLink(this.#paths, step.device.name))
      return attachment
    })
    undo.move()
    const attachments = made.filter((attachment) => attachment !== undefined)
    writeAttachments(this.#paths, attachments)
    return attachments
  }

  /** Takes the program off the devices that are no longer wanted. */
  detach(steps: readonly DeviceStep[]): string[] {
    const leaving = steps.flatMap((step) => (step.do === 'detach' && step.reason === 'not wanted' ? [step.device] : []))
    for (const device of leaving) detachLink(this.#paths, device)
    return leaving
  }
}
