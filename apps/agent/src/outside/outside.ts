import { type Backend, backendKey, type ServiceTable } from '@skep/services'
import {
  Engine,
  type EngineModel,
  type EngineSettings,
  type InstancePaths,
  type Occasion,
  type Round,
} from '@skep/lb-engine'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { outsideDesired, ownPods } from './desired.ts'
import { podDevices } from './pod-devices.ts'

export interface OutsideOptions {
  readonly paths: InstancePaths
  readonly settings: EngineSettings
  readonly netlink: Netlink
  /** Slots of each service; `undefined`: by its backends. */
  readonly ringSize: number | undefined
}

type Desired = Pick<EngineModel, 'services' | 'hostAddresses'>

/** Services for packets that come in from outside the node, by its devices. */
export class Outside implements Disposable {
  readonly #options: OutsideOptions
  readonly engine: Engine
  #desired: Desired | undefined
  #pods: readonly string[] = []
  #backends = new Map<string, Backend>()
  #deviations: readonly string[] = []
  #round: Round | undefined

  /** Loads the program over what an agent before this one has left, or anew. Nothing is attached yet. */
  constructor(options: OutsideOptions) {
    this.#options = options
    this.engine = new Engine(options.paths, options.settings, options.netlink)
  }

  /** Brings the datapath to what the table says now. Throws `LbError` where a device refuses. */
  apply(table: ServiceTable, addresses: readonly string[]): Round {
    const { settings, ringSize } = this.#options
    const { portRange: natPorts } = settings.snat
    const backends = [...table.backends()]
    const gone = this.#noteBackends(backends)
    const inputs = { frontends: table.frontends(), backends, gone, addresses, natPorts, ringSize }
    const { deviations, ...desired } = outsideDesired(inputs)
    this.#desired = desired
    this.#pods = ownPods(backends, table.options.nodeName, addresses)
    this.#deviations = deviations.map(({ frontend, service, message }) => `${frontend} of ${service}: ${message}`)
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

  /** What is not served as it is asked for, and what else an operator should know. */
  get problems(): readonly string[] {
    return [...this.#deviations, ...(this.#round?.warnings ?? [])]
  }

  [Symbol.dispose](): void {
    this.engine[Symbol.dispose]()
  }

  #carryOut(desired: Desired, occasion: Occasion): Round {
    const { settings, netlink } = this.#options
    const inner = podDevices(netlink, this.#pods)
    return (this.#round = this.engine.apply({ ...settings, ...desired, inner }, occasion))
  }

  /** Those that have gone since the round before. */
  #noteBackends(backends: readonly Backend[]): readonly Backend[] {
    const now = new Map(backends.map((one) => [backendKey(one.protocol, one.address, one.port), one]))
    const gone = [...this.#backends].filter(([key]) => !now.has(key)).map(([, backend]) => backend)
    this.#backends = now
    return gone
  }
}
