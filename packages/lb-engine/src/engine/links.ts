import { existsSync } from 'node:fs'
import type { LbTc } from '@skep/datapath/lb-tc'
import type { LbXdp } from '@skep/datapath/lb-xdp'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { capturingPrograms } from '../capture/under-way.ts'
import type { EngineModel } from '../model/model.ts'
import type { EngineSettings } from '../model/settings.ts'
import type { Terms } from '../model/terms.ts'
import { readProgram } from '../datapath/installed.ts'
import { pinProgram } from '../datapath/load.ts'
import { programPin } from '../datapath/pin.ts'
import { loadTc } from '../datapath/tc.ts'
import { type Chosen, DeviceChoice } from '../devices/choice.ts'
import type { Attachment, Programs } from '../devices/attach.ts'
import { detachLink } from '../devices/detach.ts'
import { attachLeaving, meetsAnswers } from '../devices/leaving.ts'
import { applyDeviceStep, pinnedLinks } from '../devices/links.ts'
import { modesFor, planDevices, type Device, type DeviceMode, type DeviceStep } from '../devices/plan.ts'
import { probeDevices } from '../devices/probe.ts'
import { probeTable } from '../devices/probe-table.ts'
import { writeAbsent, writeAttachments } from '../devices/record.ts'
import { LbError } from '../error.ts'
import type { InstancePaths } from '../instance/paths.ts'

/** A device that refuses the program is asked again so often, beside whenever the network changes. */
const ASK_AGAIN_MS = 5000

type DeviceSettings = Pick<EngineModel, 'devices' | 'inner'>

/** Those that are inner are chosen by name. */
function entriesOf({ devices, inner = [] }: DeviceSettings): readonly string[] {
  return inner.length === 0 ? devices : [...devices, ...inner.map((name) => `+${name}`)]
}

/** A name that has gone meanwhile is no trouble: a pod has ended. */
function withInner(chosen: Chosen, { inner = [] }: DeviceSettings): Chosen {
  if (inner.length === 0) return chosen
  const names = new Set(inner)
  return {
    ...chosen,
    devices: chosen.devices.map((device) => (names.has(device.name) ? { ...device, isInner: true } : device)),
    missing: chosen.missing.filter((entry) => !names.has(entry.replace(/^\+/, ''))),
  }
}

/** What came of attaching. */
export interface Attached {
  readonly attachments: readonly Attachment[]
  readonly renamed: readonly Renamed[]
  /** Devices that refused the program and may do so, with what they said. */
  readonly refused: readonly Refused[]
}

/** A device that has another name now, and its program still. */
export interface Renamed {
  readonly device: string
  readonly from: string
}

export interface Refused {
  readonly device: string
  readonly reason: string
}

/** A device that has lost the program, and why. */
export interface Detached {
  readonly device: string
  readonly why: string
}

/** The links of an instance. */
export class Links implements Disposable {
  readonly #paths: InstancePaths
  readonly #netlink: Netlink
  readonly #datapath: LbXdp
  readonly #terms: Terms
  readonly #choice: DeviceChoice
  #tc: LbTc | undefined
  #askAgainAt = Infinity

  constructor(paths: InstancePaths, netlink: Netlink, datapath: LbXdp, terms: Terms) {
    this.#terms = terms
    this.#paths = paths
    this.#netlink = netlink
    this.#datapath = datapath
    this.#choice = new DeviceChoice(
      netlink,
      pinnedLinks(paths, netlink).map(({ index }) => index),
      terms,
    )
  }

  /** What the configuration would choose now. */
  look(settings: DeviceSettings): Chosen {
    return withInner(this.#choice.look(entriesOf(settings)), settings)
  }

  /** What the configuration chooses, from now on. */
  take(settings: DeviceSettings): Chosen {
    return withInner(this.#choice.take(entriesOf(settings)), settings)
  }

  /** Takes note of an event about the network; without one, anything may have changed. */
  note(event?: MonitorEvent): void {
    this.#choice.note(event)
  }

  /** Whether time alone has changed which devices are chosen, or one that refused the program is to be asked again. */
  get isDue(): boolean {
    return this.#choice.isDue || performance.now() >= this.#askAgainAt
  }

  /** There are devices that are linked, and none natively: the kernel sends what is redirected, by any device. */
  get areGeneric(): boolean {
    const pinned = pinnedLinks(this.#paths, this.#netlink)
    return pinned.length > 0 && pinned.every(({ mode }) => mode !== 'native')
  }

  /** The devices that are linked. */
  attached(): string[] {
    return pinnedLinks(this.#paths, this.#netlink).map(({ device }) => device)
  }

  /** Their numbers. */
  indexes(): number[] {
    return pinnedLinks(this.#paths, this.#netlink).map(({ index }) => index)
  }

  /** Whether XDP runs in the kernel's common path anywhere. */
  get isAnyGeneric(): boolean {
    return pinnedLinks(this.#paths, this.#netlink).some(({ mode }) => mode === 'generic')
  }

  /** Whether the configuration chooses other devices now than in the round before. */
  differ(settings: DeviceSettings): boolean {
    return this.#choice.differs(entriesOf(settings))
  }

  /** What is to be done for the devices. Links that hold this very program, or that of a capture, need no update. */
  plan(devices: readonly Device[], { acceleration }: Pick<EngineSettings, 'acceleration'>): DeviceStep[] {
    const { id } = this.#datapath.programs.lbXdp.info()
    const pinned = pinnedLinks(this.#paths, this.#netlink)
    const current = new Set([id, ...capturingPrograms(this.#paths), this.#tc?.programs.lbTc.info().id ?? id])
    const stays = (device: Device, mode: DeviceMode) =>
      pinned.some((link) => link.index === device.index && link.mode === mode && current.has(link.programId))
    return planDevices(devices, pinned, acceleration).filter(
      (step) => step.do !== 'update' || !stays(step.device, step.mode),
    )
  }

  /**
   * Attaches and updates; what must go because its device has gone makes way first. If a device refuses that must not,
   * none of the new ones stays.
   */
  attach(steps: readonly DeviceStep[], { devices }: Chosen, mayRefuse: (device: string) => boolean): Attached {
    try {
      return this.#attach(steps, mayRefuse)
    } catch (error) {
      if (!(error instanceof LbError) || error.code !== 'CANNOT_ATTACH') throw error
      throw new LbError(error.code, `${error.message}\n${this.#whatIsPossible(devices)}`, { cause: error })
    }
  }

  /** Of every device, as one that refuses is seldom alone. */
  #whatIsPossible(devices: readonly Device[]): string {
    const pinned = pinnedLinks(this.#paths, this.#netlink)
    const world = { netlink: this.#netlink, program: this.#datapath.programs.lbXdp, pinned }
    return probeTable(probeDevices(devices, world))
  }

  #attach(steps: readonly DeviceStep[], mayRefuse: (device: string) => boolean): Attached {
    const now = steps.filter((step) => step.do !== 'detach' || step.reason === 'device has gone')
    if (now.length > 0 || !existsSync(programPin(this.#paths))) pinProgram(this.#paths, this.#datapath)
    using undo = new DisposableStack()
    const refused: Refused[] = []
    const attachments = now.flatMap((step): Attachment[] => {
      try {
        const attachment = applyDeviceStep(step, this.#paths, this.#programs())
        if (step.do === 'attach') undo.defer(() => detachLink(this.#paths, step.device.name))
        return attachment ? [attachment] : []
      } catch (error) {
        if (!(error instanceof LbError) || step.do !== 'attach' || !mayRefuse(step.device.name)) throw error
        refused.push({ device: step.device.name, reason: error.message })
        return []
      }
    })
    undo.move()
    this.#askAgainAt = refused.length === 0 ? Infinity : performance.now() + ASK_AGAIN_MS
    writeAttachments(this.#paths, attachments)
    const renamed = now.flatMap((step) => (step.do === 'rename' ? [{ device: step.device.name, from: step.from }] : []))
    return { attachments, renamed, refused }
  }

  [Symbol.dispose](): void {
    this.#tc?.[Symbol.dispose]()
  }

  /**
   * Where this host is a backend itself, what it answers meets the program on its way out, by each of these devices. Once
   * there, it stays: connections may outlive the backend. Returns why not, where one refuses.
   */
  attachLeaving(devices: readonly Device[], isBackend: boolean): string[] {
    if (!isBackend && !meetsAnswers(this.#paths)) return []
    const outer = devices.filter(({ isInner = false }) => !isInner)
    return attachLeaving(this.#paths, outer, this.#traffic().lbTcOut)
  }

  #traffic(): LbTc['programs'] {
    return (this.#tc ??= loadTc(readProgram(programPin(this.#paths))!, [this.#paths.maps])).programs
  }

  #programs(): Programs {
    return { xdp: this.#datapath.programs.lbXdp, tc: () => this.#traffic().lbTc, terms: this.#terms }
  }

  /** Notes devices that are asked for and have no program, for whoever asks how things are. */
  noteAbsent(
    { missing }: Chosen,
    refused: readonly Refused[],
    { acceleration }: Pick<EngineSettings, 'acceleration'>,
  ): void {
    const [mode = 'native'] = modesFor(acceleration)
    const gone = missing.map((device) => ({ device, mode, reason: 'there is no such device' }))
    writeAbsent(this.#paths, [...gone, ...refused.map((one) => ({ ...one, mode }))])
  }

  /** Takes the program off the devices that are no longer wanted. */
  detach(steps: readonly DeviceStep[], { explanations }: Chosen): Detached[] {
    return steps.flatMap((step): Detached[] => {
      if (step.do !== 'detach') return []
      if (step.reason === 'not wanted') detachLink(this.#paths, step.device)
      const explained = explanations.find(({ index }) => index === step.index)
      return [{ device: step.device, why: explained?.why ?? 'there is no such device any more' }]
    })
  }
}
