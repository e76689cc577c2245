import type { Decap } from '@skep/datapath/decap'
import {
  applyHookStep,
  type DecapSpec,
  type Hook,
  type InstancePaths,
  leavingHook,
  loadPrograms,
  pinnedLinks,
  planHooks,
  podHook,
  presentHooks,
  writeTables,
} from '@skep/lb-engine'
import type { Netlink } from 'netlink-ts'

export interface ReturnsOptions {
  readonly paths: InstancePaths
  /** Of the load balancer: its devices are ours. */
  readonly devices: InstancePaths
  readonly netlink: Netlink
}

/** Flows that options are remembered for, and for how long: as long as connections may be silent. */
const spec: DecapSpec = {
  devices: [],
  acceleration: 'tc',
  dispatch: ['opt'],
  sources: [],
  addresses: [],
  vips: [],
  flows: 65_536,
  timeoutSeconds: { tcp: 21_600, closing: 60, reset: 10, udp: 300 },
}

/**
 * Has backends of this node answer clients by themselves: packets that name their service in an option lose it on their way
 * into a pod, and replies leave the node with the service's address.
 */
export class Returns implements Disposable {
  readonly #options: ReturnsOptions
  readonly #decap: Decap
  /** Hooks that have these very programs. */
  readonly #updated = new Set<string>()

  /** Loads the programs over what an agent before this one has left, or anew. Nothing is attached yet. */
  constructor(options: ReturnsOptions) {
    this.#options = options
    this.#decap = loadPrograms(options.paths, spec)
  }

  /** `pods`: devices that pods are behind. `services`: addresses that options may name. */
  apply(pods: readonly string[], services: readonly string[]): void {
    const { paths } = this.#options
    writeTables(this.#decap.maps, { ...spec, vips: services.map(prefixOf) }, [])
    const { steps } = planHooks(this.#wanted(pods), presentHooks(paths))
    for (const step of steps) {
      if (step.do === 'update' && this.#updated.has(keyOf(step.hook))) continue
      applyHookStep(step, paths, this.#decap.programs, spec)
      if (step.do === 'detach') this.#updated.delete(keyOf(step.hook))
      else this.#updated.add(keyOf(step.hook))
    }
  }

  [Symbol.dispose](): void {
    this.#decap[Symbol.dispose]()
  }

  #wanted(pods: readonly string[]): Hook[] {
    const { devices, netlink } = this.#options
    const there = pinnedLinks(devices, netlink).filter(({ index }) => index !== 0)
    const known = there.map(({ device: name, index }) => ({ name, index }))
    // Once on its way: without its option a packet that opens a connection says that nobody has sent it here.
    return known.map((one) => (pods.includes(one.name) ? podHook(one) : leavingHook(one)))
  }
}

function keyOf({ index, direction }: Hook): string {
  return `${index} ${direction}`
}

function prefixOf(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`
}
