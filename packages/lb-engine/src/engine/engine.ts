import type { LbXdp } from '@skep/datapath/lb-xdp'
import { countHops, Gateways, Heartbeat, type KeepReport, NeighborKeeper, Ways } from '@skep/neighbor'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { backendAddresses, takesAnyPort, usesFamily } from '../model/facts.ts'
import type { EngineModel } from '../model/model.ts'
import type { EngineSettings } from '../model/settings.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import type { Finding } from '@skep/config-file'
import { readProgram } from '../datapath/installed.ts'
import { loadDatapath } from '../datapath/load.ts'
import { programPin } from '../datapath/pin.ts'
import { datapathTime } from '../datapath/time.ts'
import { type Chosen, missingWarnings, whyChosen } from '../devices/choice.ts'
import { type Device, type DeviceStep, wantsNative } from '../devices/plan.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { Layering } from '../layers/layering.ts'
import { LayerTables } from '../layers/tables.ts'
import { KnownCells } from '../nexthop/known-cells.ts'
import { KnownRoutes } from '../nexthop/known-routes.ts'
import { routeLookup } from '../nexthop/lookup.ts'
import { backendNeeds } from '../nexthop/needs.ts'
import { keeperOptions } from '../nexthop/keeper-options.ts'
import { fileNotes } from '../nexthop/notes.ts'
import { domainsOf } from '../nexthop/vrf.ts'
import { resolveBackends, type Resolution } from '../nexthop/resolve.ts'
import { outOfReach } from '../nexthop/out-of-reach.ts'
import { type BackendConnections, connectionsByBackend } from '../status/by-backend.ts'
import { readConnections } from '../status/connections.ts'
import { readFragments } from '../status/fragments.ts'
import { fragmentGauge, natGauges } from '../status/gauges.ts'
import type { GaugeStatus } from '../status/types.ts'
import { keepSettings, type Change } from '../sysctl/keep.ts'
import { procSettings, type Settings } from '../sysctl/proc.ts'
import { wantedSettings } from '../sysctl/wanted.ts'
import { Switches } from '../pulse/switches.ts'
import { OwnAddresses } from '../addressee/own-addresses.ts'
import { Senders } from '../senders/senders.ts'
import { type Attached, Links } from './links.ts'
import { madeRound, type Round } from './round.ts'
import { Services } from './services.ts'

/** Why a round is made. */
export type Occasion = 'asked' | 'network'

export interface EngineOptions {
  /** The kernel's settings; /proc/sys when left out. */
  readonly kernel?: Settings
  /** What messages speak of; a configuration file's words when left out. */
  readonly terms?: Terms
}

/** An instance on this host: its tables, links, kernel settings and neighbours. Leaving the scope closes descriptors; traffic goes on. */
export class Engine implements Disposable {
  readonly #stack: DisposableStack
  readonly #paths: InstancePaths
  readonly #netlink: Netlink
  readonly #settings: Settings
  readonly #terms: Terms
  readonly #routes = new KnownRoutes()
  readonly #cells: KnownCells
  readonly #gateways: Gateways
  readonly #ways: Ways
  readonly #switches: Switches
  readonly #layering: Layering
  readonly #datapath: LbXdp
  readonly #services: Services
  readonly #links: Links
  readonly #addresses: OwnAddresses
  readonly #tunnelSources: readonly string[]
  /** What the datapath is told of the network. */
  readonly heartbeat: Heartbeat
  /** The devices that XDP may redirect to. */
  readonly senders: Senders
  /** The neighbours that packets are sent to. */
  readonly neighbors: NeighborKeeper
  #sources: ReadonlyMap<string, string>

  /** Loads the program over the tables that are pinned, or makes them. Nothing is attached or changed yet. */
  constructor(paths: InstancePaths, config: EngineSettings, netlink: Netlink, options: EngineOptions = {}) {
    using stack = new DisposableStack()
    const { kernel = procSettings(), terms = specTerms } = options
    this.#settings = kernel
    this.#terms = terms
    this.#paths = paths
    this.#netlink = netlink
    const time = datapathTime(paths)
    this.#datapath = stack.use(loadDatapath(paths, config, time))
    this.#services = stack.use(new Services(this.#datapath, config, time, terms))
    this.heartbeat = stack.use(new Heartbeat(this.#datapath.maps))
    this.#switches = stack.use(new Switches(this.#datapath.maps))
    const layers = stack.use(new LayerTables(this.#datapath.maps))
    this.#layering = new Layering(() => [...netlink.link.list({ statistics: false })], {
      write: (told) => layers.write(told),
      turn: (on) => this.#switchLayered(on),
    })
    this.neighbors = new NeighborKeeper(netlink, { notes: fileNotes(paths.neighbors) })
    this.#gateways = new Gateways(netlink)
    this.#ways = new Ways(netlink)
    this.#cells = new KnownCells(netlink)
    this.#tunnelSources = config.dsr.tunnelSources
    this.#links = stack.use(new Links(paths, netlink, this.#datapath, terms))
    this.senders = stack.use(new Senders(netlink, this.#datapath.maps, () => this.heartbeat.forget()))
    this.#addresses = stack.use(new OwnAddresses(netlink, this.#datapath.maps))
    this.#sources = this.#services.sources()
    this.#stack = stack.move()
  }

  /** What stands against a valid configuration, here and now. Changes nothing. */
  refusals(config: EngineModel): Finding[] {
    const { devices } = this.#links.look(config)
    const resolution = this.#resolve(config, devices, backendAddresses(config))
    return [...this.#otherTunnelSources(config), ...this.#services.refusals(config, resolution)]
  }

  /**
   * Brings everything to what the configuration and the network ask for now. Safe to call at any time, and again. What a
   * device may refuse comes before the services: then they are as they were. What is dropped is detached last.
   * `occasion`: whoever asks for it can be told that a device refuses; a network that has changed cannot, and the other
   * devices go on.
   */
  apply(config: EngineModel, occasion: Occasion = 'asked'): Round {
    const chosen = this.#links.take(config)
    const steps = this.#links.plan(chosen.devices, config)
    const names = chosen.devices.map(({ name }) => name)
    const layers = this.#layering.tell(chosen, config.acceleration !== 'generic' && !this.#links.isAnyGeneric)
    this.#addresses.want([...chosen.devices.map(({ index }) => index), ...this.#links.indexes()])
    const settings = this.#keep(config, [...names, ...layers.carried, ...this.#links.attached()])
    this.senders.left = config.inner ?? []
    if (steps.some((step) => step.do === 'attach' || step.do === 'switch'))
      this.senders.sync(this.#links.areGeneric && !wantsNative(config))
    const { attachments, renamed, refused } = this.#attach(config, steps, chosen, occasion)
    this.senders.sync(this.#links.areGeneric)
    if (this.#links.isAnyGeneric) this.#layering.withhold()
    this.#links.noteAbsent(chosen, refused, config)
    const devices = chosen.devices.filter(({ name }) => !refused.some(({ device }) => device === name))
    const resolution = this.#resolve(config, devices, backendAddresses(config))
    const silent = this.#links.attachLeaving(devices, resolution.here.size > 0)
    const before = this.#sources
    this.#sources = resolution.sources
    if (takesAnyPort(config)) this.#switches.switchAnyPort(true)
    const services = this.#services.apply(config, resolution)
    if (!takesAnyPort(config)) this.#switches.switchAnyPort(false)
    const leaving = this.#resolve(config, devices, this.#services.draining())
    const neighbors = this.#keepNeighbors(config, devices, allWays(leaving.ways, resolution.ways))
    const detached = this.#links.detach(steps, chosen)
    if (detached.length > 0) settings.push(...this.#keep(config, [...names, ...layers.carried]))
    const attached = attachments.map((one) => ({ ...one, why: whyChosen(chosen, one.device) }))
    const notes = [
      ...chosen.warnings,
      ...missingWarnings(chosen, config, this.#terms),
      ...refused.map(({ reason }) => reason),
      ...silent,
    ]
    const unreachable = outOfReach(resolution, this.neighbors.states())
    const why = new Map(chosen.devices.map(({ name }) => [name, whyChosen(chosen, name)]))
    const parts = {
      services,
      settings,
      neighbors,
      devices: why,
      attached,
      renamed,
      detached,
      notes,
      resolution,
      before,
    }
    return madeRound({ ...parts, unreachable })
  }

  /** After a round that failed: frontends that the tables do not serve. */
  unserved(config: EngineModel, because: string): ReadonlyMap<string, string> {
    return this.#services.unserved(config, because)
  }

  /** Does what time alone brings. True when a round is due. */
  tick(): boolean {
    this.neighbors.tick()
    if (this.senders.isDue) this.senders.sync(this.#links.areGeneric)
    return this.#services.tick() || this.#links.isDue || this.neighbors.isDue
  }

  /** Follows what devices can do with XDP, as the kernel tells it (Linux 6.3), until the signal aborts. */
  async followSenders(signal: AbortSignal): Promise<void> {
    for await (const _ of this.senders.changes(signal)) this.senders.sync(this.#links.areGeneric)
  }

  /** Whether the configuration chooses other devices now than in the round before. */
  devicesDiffer(config: Pick<EngineModel, 'devices' | 'inner'>): boolean {
    return this.#links.differ(config)
  }

  /**
   * Something about the network has changed: the next round asks the kernel again how backends and clients are reached.
   * Without an event: anything may have.
   */
  networkChanged(event?: MonitorEvent): void {
    this.#links.note(event)
    this.senders.note(event)
    this.#addresses.note(event)
    this.#layering.note(event)
    this.#routes.forget()
    this.#gateways.forget()
    this.#ways.forget()
  }

  /** How full each bounded table is, and the range of NAT ports. */
  gauges(): GaugeStatus[] {
    const program = readProgram(programPin(this.#paths))
    if (program === undefined) return []
    const { maps } = this.#datapath
    const nat = natGauges(readConnections(maps, program), program, this.#terms)
    return [...this.#services.gauges(), fragmentGauge(readFragments(maps, program), this.#terms), ...nat]
  }

  /** How many connections are translated, by backend. Looks through the whole table. */
  connectionsByBackend(): BackendConnections[] {
    const program = readProgram(programPin(this.#paths))
    return program === undefined ? [] : connectionsByBackend(this.#datapath.maps, program)
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  /** They are the program's, which is loaded once a run. */
  #otherTunnelSources({ dsr: { tunnelSources } }: EngineSettings): Finding[] {
    if (tunnelSources.join() === this.#tunnelSources.join()) return []
    const loaded = this.#tunnelSources.join(', ') || 'none'
    const message = `${tunnelSources.join(', ') || 'none'} takes effect when run starts, and this one started with ${loaded}; restart it: traffic goes on meanwhile`
    return [{ path: ['spec', 'dsr', 'tunnelSources'], message }]
  }

  #attach(config: EngineModel, steps: readonly DeviceStep[], chosen: Chosen, occasion: Occasion): Attached {
    const mayRefuse = (device: string) =>
      occasion === 'network' || (config.acceleration !== 'native' && !config.devices.includes(device))
    try {
      return this.#links.attach(steps, chosen, mayRefuse)
    } catch (error) {
      this.#keep(config, this.#links.attached())
      throw error
    }
  }

  /** Remembered next hops say how they were found. */
  #switchLayered(on: boolean): void {
    if (this.#switches.switchLayered(on)) this.heartbeat.forget()
  }

  #resolve(config: EngineModel, devices: readonly Device[], backends: readonly string[]): Resolution {
    const links = [...this.#netlink.link.list({ statistics: false })]
    const names = new Map(links.map(({ index, name }) => [index, name]))
    const domains = domainsOf(
      links,
      devices.map(({ index }) => index),
    )
    const lookup = routeLookup(this.#netlink, (index) => names.get(index) ?? `device ${index}`, domains)
    return resolveBackends({
      backends,
      lookup: this.#routes.over(lookup, this.#cells.of(this.#gateways.routes), domains),
      sources: config.snat.sources,
      devices: devices.map(({ name }) => name),
      before: this.#sources,
      needs: backendNeeds(config),
      terms: this.#terms,
      ways: this.#gateways.mayHaveSeveral ? (address) => this.#ways.towards(address) : undefined,
    })
  }

  #keepNeighbors(config: EngineModel, devices: readonly Device[], ways: Resolution['ways']): KeepReport {
    this.neighbors.configure(keeperOptions(config))
    const back = this.#gateways.by(devices.map(({ index }) => index))
    return this.neighbors.want(countHops([...ways.values(), ...back.map((hop) => [hop])]))
  }

  #keep(config: EngineModel, devices: readonly string[]): Change[] {
    const [ipv4, ipv6] = [usesFamily(config, 4), usesFamily(config, 6)]
    const multipath = this.#gateways.mayHaveSeveral
    const needs = { devices: [...new Set(devices)], ipv4, ipv6, portRange: config.snat.portRange, multipath }
    return keepSettings(this.#paths.settings, wantedSettings(needs, this.#settings), this.#settings)
  }
}

/** Few leave, if any, and there may be a hundred thousand others. */
function allWays(leaving: Resolution['ways'], present: Resolution['ways']): Resolution['ways'] {
  return leaving.size === 0 ? present : new Map([...leaving, ...present])
}
