import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { type SockLb, sockVerdictsByIndex, type SockVerdictName } from '@skep/datapath/sock-lb'
import type { NetworkNamespace } from 'netlink-ts'
import { selfTest, type SelfTestOptions, type SelfTestResult } from '@skep/cgroup'
import { apply } from './apply.ts'
import { attachAll, cgroupId, detachAll } from './attach.ts'
import type { SockBackend, SockDesired } from './desired.ts'
import { endSockets, type EndOptions } from './end-sockets.ts'
import { type Explanation, explain, type Question } from './explain.ts'
import { type Gauge, gauges } from './gauges.ts'
import { type Folders, foldersIn } from './folders.ts'
import { keyOf, textOf } from './key.ts'
import { type Behaviour, capacitiesOf, load, type Loaded } from './load.ts'
import { knownBackends } from './known.ts'
import { Losses } from './lost.ts'
import { MappedArrays } from './maps.ts'
import { countSockets } from './open-sockets.ts'
import { plan, type Plan } from './plan.ts'
import { readState } from './read.ts'
import { Rounds } from './rounds.ts'
import type { Capacities } from './state.ts'
import { dropStage } from './upgrade/stage.ts'
import { finishUpgrade, upgrade } from './upgrade/upgrade.ts'

/** The address of RFC 7600 that no host has. */
const TEST_DESTINATION = { address: '192.0.0.8', port: 9, protocol: 'UDP' } as const

/** A place that no service can have: what leads there is refused. */
const NO_SERVICE = 0xffffffff

/** Where and how sockets are balanced. */
export interface SocketLbOptions extends Behaviour {
  /** `/sys/fs/bpf/skep/<instance>`: what is pinned lies below `sock` in it. */
  readonly pins: string
  /** The folder of the cgroup v2 whose processes are served: the host's root, found by `@skep/cgroup`. */
  readonly cgroup: string
  /** At least so much room: tables that are smaller grow, with what is in them; none shrinks. */
  readonly capacities?: Partial<Capacities>
}

/**
 * Socket load balancing on this host. Programs, maps and links are pinned: they work on when this process ends, however it
 * ends, and the next {@link SocketLb.open} takes them over, with programs of its own release. Disposing closes what is
 * open, and stops nothing. Needs CAP_BPF and CAP_NET_ADMIN, Linux 5.10.
 */
export class SocketLb implements Disposable {
  readonly #options: SocketLbOptions
  readonly #loaded: SockLb
  readonly #arrays: MappedArrays
  /** Tables that were made anew at the start, with what was in them: which, and why, a line each. */
  readonly madeAnew: readonly string[]
  readonly #rounds: Rounds
  readonly #losses = new Losses()

  private constructor(options: SocketLbOptions, { datapath, madeAnew }: Loaded) {
    this.#options = options
    this.#loaded = datapath
    this.madeAnew = madeAnew
    this.#arrays = new MappedArrays(datapath.maps)
    this.#rounds = new Rounds(readState(datapath.maps, this.#arrays))
  }

  /**
   * Loads the programs over the pinned maps, if there are, and attaches them, or puts them in the place of those that are.
   * Maps that are too small, or those of a release with another layout, are made anew, filled, and exchanged while sockets
   * are served: those that have a backend keep it, and its name.
   *
   * Throws {@link SockLbError} CGROUP; LAYOUT, where what is pinned cannot become what this release needs: nothing has changed.
   */
  static open(options: SocketLbOptions): SocketLb {
    const folders = foldersIn(options.pins)
    cgroupId(options.cgroup)
    mkdirSync(folders.maps, { recursive: true, mode: 0o700 })
    finishUpgrade(folders, options.cgroup)
    using stack = new DisposableStack()
    const loaded = loadInto(folders, options)
    stack.use(loaded.datapath)
    if (loaded.madeAnew.length > 0) upgrade(folders, options.cgroup, loaded.datapath.programs)
    const made = stack.use(new SocketLb(options, loaded))
    attachAll(loaded.datapath.programs, options.cgroup, folders.links)
    stack.move()
    return made
  }

  /** What {@link reconcile} would do now. */
  plan(desired: SockDesired): Plan {
    return plan(desired, this.#rounds.state, this.capacities)
  }

  /**
   * Makes the maps what is desired; what could not be is in the plan's `problems`. Frontends that are the objects of the last
   * time are taken to say the same: the work is that of what has changed.
   */
  reconcile(desired: SockDesired): Plan {
    const made = this.#rounds.plan(desired, this.capacities)
    apply(made, this.#loaded.maps, this.#arrays)
    this.#rounds.done(made)
    this.#losses.add(made.lost)
    return made
  }

  /** The backends in the maps, by the numbers that an earlier control plane gave them. */
  backends(): SockBackend[] {
    return knownBackends(this.#rounds.state)
  }

  /**
   * Ends sockets that have a backend which their service does not have any more. Where none has lost one since the last time,
   * nothing is read.
   */
  endSockets(options: EndOptions): number {
    return endSockets(this.#loaded.maps, this.#rounds.state, this.#losses, options)
  }

  /** How many open sockets have each of these backends, in those namespaces. */
  openSockets(backends: ReadonlySet<number>, namespaces: Iterable<NetworkNamespace>): ReadonlyMap<number, number> {
    return countSockets(this.#loaded.maps, backends, namespaces)
  }

  /** Where a socket that connects there goes, and why. */
  explain(question: Question): Explanation {
    return explain(question, this.#rounds.state, this.#options)
  }

  /**
   * Whether the programs see the sockets of this host: a process in a throw-away cgroup connects to an address that they
   * refuse meanwhile. `start`: how to start it in the host's network namespace, where this process is in another.
   */
  async selfTest(start?: SelfTestOptions['spawn']): Promise<SelfTestResult> {
    const key = keyOf(textOf(TEST_DESTINATION))
    const nobody = { service: NO_SERVICE, flags: 0 }
    this.#loaded.maps.sockFrontends.set(key, nobody)
    this.#arrays.buckets.set(key, nobody)
    try {
      const { address, port } = TEST_DESTINATION
      return await selfTest({
        root: this.#options.cgroup,
        address,
        port,
        ...(start === undefined ? {} : { spawn: start }),
      })
    } finally {
      this.#arrays.buckets.delete(key)
      this.#loaded.maps.sockFrontends.delete(key)
    }
  }

  get capacities(): Capacities {
    return capacitiesOf(this.#loaded.maps)
  }

  /** How full each map is. Counting those that the programs write reads all of them. */
  gauges(): Gauge[] {
    return gauges(this.#rounds.state, this.capacities, this.#loaded.maps)
  }

  /** How often each verdict was given since the maps were made. */
  verdicts(): Record<SockVerdictName, bigint> {
    const counts = sockVerdictsByIndex.map((info, index) => {
      const perCpu = info === undefined ? [] : (this.#loaded.maps.sockCounters.get(index) ?? [])
      return [info?.name, perCpu.reduce((sum, count) => sum + count, 0n)]
    })
    return Object.fromEntries(counts.slice(1)) as Record<SockVerdictName, bigint>
  }

  /** The maps, for what has no verb here. */
  get maps(): SockLb['maps'] {
    return this.#loaded.maps
  }

  [Symbol.dispose](): void {
    this.#arrays[Symbol.dispose]()
    this.#loaded[Symbol.dispose]()
  }
}

/** Takes the programs off and the pins away. Sockets that have a backend keep it, under its own name. */
export function uninstallSocketLb(pins: string): void {
  const folders = foldersIn(pins)
  dropStage(folders)
  detachAll(folders.links)
  rmSync(folders.maps, { recursive: true, force: true })
  for (const folder of [folders.root, pins]) removeEmpty(folder)
}

function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
}

/** What a load that failed has pinned in the stage goes with it. */
function loadInto(folders: Folders, options: SocketLbOptions): Loaded {
  try {
    return load({ ...options, folders })
  } catch (error) {
    dropStage(folders)
    throw error
  }
}
