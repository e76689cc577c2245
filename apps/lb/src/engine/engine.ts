import type { LbXdp } from '@skep/datapath/lb-xdp'
import { explainPlan, type ServiceChange } from '@skep/lb-maps'
import type { Netlink } from 'netlink-ts'
import type { Config } from '../config/config.ts'
import type { Finding } from '../config/problem.ts'
import { readProgram } from '../datapath/installed.ts'
import { loadDatapath, pinProgram, programPin } from '../datapath/load.ts'
import { applyDeviceStep, pinnedLinks, type Attachment } from '../devices/links.ts'
import { planDevices, type Device, type DevicePlan } from '../devices/plan.ts'
import { writeAttachments } from '../devices/record.ts'
import { selectDevices } from '../devices/select.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { keepNeighbors, refreshNeighbors, type KeepResult } from '../nexthop/keep.ts'
import { routeLookup } from '../nexthop/lookup.ts'
import { resolveBackends, type Resolution } from '../nexthop/resolve.ts'
import { describeGauge, readNatGauges } from '../status/gauges.ts'
import { keepSettings, type Change } from '../sysctl/keep.ts'
import { procSettings, type Settings } from '../sysctl/proc.ts'
import { wantedSettings } from '../sysctl/wanted.ts'
import { backendAddresses, usesFamily } from './desired.ts'
import { Services } from './services.ts'

/** What one round of {@link Engine.apply} did and found. All lists are empty when nothing was to do. */
export interface Round {
  readonly services: readonly ServiceChange[]
  /** The same as sentences. */
  readonly explained: readonly string[]
  readonly settings: readonly Change[]
  readonly neighbors: KeepResult
  readonly attached: readonly Attachment[]
  readonly detached: readonly string[]
  /** The own addresses towards backends, where they are others than in the round before. */
  readonly sources: readonly string[]
  /** Backends out of reach, and what else an operator should know. */
  readonly warnings: readonly string[]
}

/** An instance on this host: its tables, links, kernel settings and neighbours. Leaving the scope closes descriptors; traffic goes on. */
export class Engine implements Disposable {
  readonly #paths: InstancePaths
  readonly #netlink: Netlink
  readonly #settings: Settings = procSettings()
  readonly #datapath: LbXdp
  readonly #services: Services
  #sources: ReadonlyMap<string, string> = new Map()

  /** Loads the program over the tables that are pinned, or makes them. Nothing is attached or changed yet. */
  constructor(paths: InstancePaths, config: Config, netlink: Netlink) {
    using stack = new DisposableStack()
    this.#paths = paths
    this.#netlink = netlink
    this.#datapath = stack.use(loadDatapath(paths, config))
    this.#services = stack.use(new Services(this.#datapath, config))
    this.#stack = stack.move()
  }

  readonly #stack: DisposableStack

  /** What stands against a valid configuration, here and now. Changes nothing. */
  refusals(config: Config): Finding[] {
    const devices = this.#devices(config)
    const modes = this.#plan(devices, config).refused
    const resolution = this.#resolve(config, devices)
    return [
      ...modes.map((message) => ({ path: ['spec', 'acceleration'], message })),
      ...this.#services.refusals(config, resolution),
    ]
  }

  /** Brings everything to what the configuration and the network ask for now. Safe to call at any time, and again. */
  apply(config: Config): Round {
    const devices = this.#devices(config)
    const { steps } = this.#plan(devices, config)
    const leaving = steps.flatMap((step) => (step.do === 'detach' ? [step.device] : []))
    const settings = this.#keep(config, [...devices.map(({ name }) => name), ...leaving])
    const resolution = this.#resolve(config, devices)
    const sources = this.#newSources(resolution)
    const services = this.#services.apply(config, resolution)
    const neighbors = keepNeighbors(this.#netlink, this.#paths.neighbors, resolution.nextHops)
    const attached = this.#link(steps)
    if (leaving.length > 0)
      settings.push(
        ...this.#keep(
          config,
          devices.map(({ name }) => name),
        ),
      )
    const full = services.problems
      .filter(({ code }) => code === 'FULL')
      .map(({ path, message }) => `${path}: ${message}`)
    const warnings = [...resolution.unreachable.values(), ...resolution.warnings, ...full]
    const explained = explainPlan({ changes: services.changes, problems: [] })
    return {
      services: services.changes,
      explained,
      settings,
      sources,
      neighbors,
      attached,
      detached: leaving,
      warnings,
    }
  }

  /** What is nearly full, as sentences. */
  gaugeWarnings(): string[] {
    const program = readProgram(programPin(this.#paths))
    const gauges = [...this.#services.gauges(), ...readNatGauges(this.#datapath.maps, program)]
    return gauges.filter(({ warning }) => warning).map(describeGauge)
  }

  /** Asks the kernel again for neighbours that it does not keep by itself (before Linux 5.16). */
  refreshNeighbors(): void {
    refreshNeighbors(this.#netlink, this.#paths.neighbors)
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  #devices({ devices: patterns }: Config): Device[] {
    const links = [...this.#netlink.link.list()]
    const { devices } = selectDevices(
      patterns,
      links.map(({ name }) => name),
    )
    return links.filter(({ name }) => devices.includes(name)).map(({ name, index }) => ({ name, index }))
  }

  /** Links that hold this very program need no update. */
  #plan(devices: readonly Device[], { acceleration }: Config): DevicePlan {
    const { id } = this.#datapath.programs.lbXdp.info()
    const pinned = pinnedLinks(this.#paths, this.#netlink)
    const { steps, refused } = planDevices(devices, pinned, acceleration)
    const current = (device: string) => pinned.find((link) => link.device === device)?.programId === id
    return { steps: steps.filter((step) => step.do !== 'update' || !current(step.device.name)), refused }
  }

  #resolve(config: Config, devices: readonly Device[]): Resolution {
    const names = new Map([...this.#netlink.link.list()].map(({ index, name }) => [index, name]))
    return resolveBackends({
      backends: backendAddresses(config),
      lookup: routeLookup(this.#netlink, (index) => names.get(index) ?? `device ${index}`),
      sources: config.snat.sources,
      devices: devices.map(({ name }) => name),
      before: this.#sources,
    })
  }

  #newSources({ sources }: Resolution): string[] {
    const [before, after] = [this.#sources, sources].map((map) => [...new Set(map.values())].toSorted())
    this.#sources = sources
    return before!.join() === after!.join() ? [] : after!
  }

  #keep(config: Config, devices: readonly string[]): Change[] {
    const needs = {
      devices,
      ipv4: usesFamily(config, 4),
      ipv6: usesFamily(config, 6),
      portRange: config.snat.portRange,
    }
    return keepSettings(this.#paths.settings, wantedSettings(needs, this.#settings), this.#settings)
  }

  #link(steps: DevicePlan['steps']): Attachment[] {
    const program = this.#datapath.programs.lbXdp
    if (steps.length > 0) pinProgram(this.#paths, this.#datapath)
    const attached = steps
      .map((step) => applyDeviceStep(step, this.#paths, program))
      .filter((made) => made !== undefined)
    writeAttachments(this.#paths, attached)
    return attached
  }
}
