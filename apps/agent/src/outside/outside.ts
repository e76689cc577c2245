import { type Backend, backendKey, type Deviation, type ServiceTable } from '@skep/services'
import {
  type DeviceStatus,
  Engine,
  type EngineModel,
  type EngineSettings,
  type InstancePaths,
  type Occasion,
  readDevices,
  type Round,
  type Settings as KernelSettings,
} from '@skep/lb-engine'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { KnownConnections } from './connections.ts'
import { outsideDesired, ownPods } from './desired.ts'
import { terms } from './words.ts'
import { podDevices } from './pod-devices.ts'
import { Returns } from './returns.ts'
import { type Destination, whyNotServed, type WhyNot } from './served.ts'

export interface OutsideOptions {
  readonly paths: InstancePaths
  readonly settings: EngineSettings
  readonly netlink: Netlink
  /** Where what ends DSR is. */
  readonly returns: InstancePaths
  /** The kernel's settings. */
  readonly kernel: KernelSettings
  /** Slots of each service; `undefined`: by its backends. */
  readonly ringSize: number | undefined
}

type Desired = Pick<EngineModel, 'services' | 'hostAddresses'>

/** This node, as rounds need it. */
export interface NodeView {
  readonly addresses: readonly string[]
  /** Of all nodes: DSR may name a service by any of them. */
  readonly cluster: readonly string[]
}

/** Services for packets that come in from outside the node, by its devices. */
export class Outside implements Disposable {
  readonly #options: OutsideOptions
  readonly engine: Engine
  readonly #returns: Returns
  #desired: Desired | undefined
  #pods: readonly string[] = []
  #named: readonly string[] = []
  #backends = new Map<string, Backend>()
  #deviations: readonly Deviation[] = []
  #unserved: ReadonlyMap<string, string> = new Map()
  #devices: readonly DeviceStatus[] = []
  #whyNot: WhyNot = () => 'there was no round yet'
  #round: Round | undefined
  #inner: readonly string[] = []
  /** Connections that are translated here, by backend. */
  readonly connections: KnownConnections

  /** Loads the program over what an agent before this one has left, or anew. Nothing is attached yet. */
  constructor(options: OutsideOptions) {
    this.#options = options
    const { paths, returns, settings, netlink } = options
    using undo = new DisposableStack()
    this.engine = undo.use(new Engine(paths, settings, netlink, { kernel: options.kernel, terms }))
    this.#returns = new Returns({ paths: returns, devices: paths, netlink })
    this.connections = new KnownConnections(() => this.engine.connectionsByBackend())
    undo.move()
  }

  /** Brings the datapath to what the table says now. Throws `LbError` where a device refuses. */
  apply(table: ServiceTable, { addresses, cluster }: NodeView): Round {
    const { settings, ringSize } = this.#options
    const { portRange: natPorts } = settings.snat
    const backends = [...table.backends()]
    const gone = this.#noteBackends(backends)
    const inputs = { frontends: table.frontends(), backends, gone, addresses, cluster, natPorts, ringSize }
    const { deviations, ...desired } = outsideDesired(inputs)
    this.#desired = desired
    this.#pods = ownPods(backends, table.options.nodeName, addresses)
    this.#deviations = deviations
    const served = desired.services.flatMap(({ frontends }) => frontends.map(({ address }) => address))
    this.#named = [...new Set([...served, ...desired.hostAddresses, ...cluster])]
    return this.#carryOut(desired, 'asked')
  }

  /** The same is wanted as before, and the network may be another. */
  again(): Round | undefined {
    return this.#desired && this.#carryOut(this.#desired, 'network')
  }

  /** Something about the network has changed; without an event, anything may have. */
  note(event?: MonitorEvent): void {
    this.engine.networkChanged(event)
  }

  /** Why a device is among those that packets come in by. */
  whyChosen(device: string): string {
    return this.#inner.includes(device) ? 'pods of this node' : (this.#round?.devices.get(device) ?? '')
  }

  /** Why a destination is not served, after the last round. */
  whyNot(destination: Destination): string | undefined {
    return this.#whyNot(destination)
  }

  /** Frontends that are not served, or not as they are asked for. */
  get deviations(): readonly Deviation[] {
    return this.#deviations
  }

  /** Devices that packets are to come in by, and do not meet the program. */
  get refused(): readonly DeviceStatus[] {
    return this.#devices.filter(({ attached }) => !attached)
  }

  /** Devices that packets come in by, or are to come in by, as the last round left them. */
  get devices(): readonly DeviceStatus[] {
    return this.#devices
  }

  /** What is not served as it is asked for, and what else an operator should know. */
  get problems(): readonly string[] {
    const deviations = this.#deviations.map(({ frontend, service, message }) => `${frontend} of ${service}: ${message}`)
    return [...deviations, ...(this.#round?.warnings ?? [])]
  }

  [Symbol.dispose](): void {
    this.#returns[Symbol.dispose]()
    this.engine[Symbol.dispose]()
  }

  #carryOut(desired: Desired, occasion: Occasion): Round {
    const { settings, netlink } = this.#options
    const inner = podDevices(netlink, this.#pods)
    const model = { ...settings, ...desired, inner }
    try {
      const round = this.engine.apply(model, occasion)
      this.#returns.apply(inner, this.#named)
      this.#inner = inner
      this.#round = round
      this.#unserved = round.unserved
      return round
    } catch (error) {
      this.#unserved = this.engine.unserved(model, (error as Error).message)
      throw error
    } finally {
      this.#noteServed(desired)
    }
  }

  #noteServed({ services }: Desired): void {
    this.#devices = readDevices(this.#options.paths).filter(({ name }) => !this.#inner.includes(name))
    const [deviations, unserved, devices] = [this.#deviations, this.#unserved, this.#devices]
    this.#whyNot = whyNotServed({ services, deviations, unserved, devices })
  }

  /** Those that have gone since the round before. */
  #noteBackends(backends: readonly Backend[]): readonly Backend[] {
    const now = new Map(backends.map((one) => [backendKey(one.protocol, one.address, one.port), one]))
    const gone = [...this.#backends].filter(([key]) => !now.has(key)).map(([, backend]) => backend)
    this.#backends = now
    return gone
  }
}
