import { type Backend, backendKey, type ServiceTable } from '@skep/services'
import {
  Engine,
  type EngineModel,
  type EngineSettings,
  type InstancePaths,
  type Occasion,
  type Round,
  type Settings as KernelSettings,
} from '@skep/lb-engine'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { outsideDesired, ownPods } from './desired.ts'
import { podDevices } from './pod-devices.ts'
import { Returns } from './returns.ts'

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
  #deviations: readonly string[] = []
  #round: Round | undefined
  #inner: readonly string[] = []

  /** Loads the program over what an agent before this one has left, or anew. Nothing is attached yet. */
  constructor(options: OutsideOptions) {
    this.#options = options
    const { paths, returns, settings, netlink } = options
    using undo = new DisposableStack()
    this.engine = undo.use(new Engine(paths, settings, netlink, options.kernel))
    this.#returns = new Returns({ paths: returns, devices: paths, netlink })
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
    this.#deviations = deviations.map(({ frontend, service, message }) => `${frontend} of ${service}: ${message}`)
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

  /** What is not served as it is asked for, and what else an operator should know. */
  get problems(): readonly string[] {
    return [...this.#deviations, ...(this.#round?.warnings ?? [])]
  }

  [Symbol.dispose](): void {
    this.#returns[Symbol.dispose]()
    this.engine[Symbol.dispose]()
  }

  #carryOut(desired: Desired, occasion: Occasion): Round {
    const { settings, netlink } = this.#options
    const inner = podDevices(netlink, this.#pods)
    const round = this.engine.apply({ ...settings, ...desired, inner }, occasion)
    this.#returns.apply(inner, this.#named)
    this.#inner = inner
    this.#round = round
    return round
  }

  /** Those that have gone since the round before. */
  #noteBackends(backends: readonly Backend[]): readonly Backend[] {
    const now = new Map(backends.map((one) => [backendKey(one.protocol, one.address, one.port), one]))
    const gone = [...this.#backends].filter(([key]) => !now.has(key)).map(([, backend]) => backend)
    this.#backends = now
    return gone
  }
}
