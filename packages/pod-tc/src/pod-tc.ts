import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { jiffiesPerSecond } from '@skep/datapath/clock'
import { type PodTc as Loaded, podVerdictsByIndex, type PodVerdictName } from '@skep/datapath/pod-tc'
import { type Capacities, type Gauge, gaugesOf } from './capacities.ts'
import { type Connection, connectionsIn } from './connections.ts'
import { Devices } from './devices.ts'
import { foldersIn } from './folders.ts'
import type { TcWay } from './hook.ts'
import type { ServiceMaps } from './load.ts'
import { defaultSettings, type PodSettings } from './settings.ts'
import { takeOver } from './upgrade.ts'

/** Where and how pods' packets are translated. */
export interface PodTcOptions {
  /** `/sys/fs/bpf/skep/<instance>`: what is pinned lies below `pods` in it. */
  readonly pins: string
  /** The maps of `SocketLb`, which know the services. */
  readonly services: ServiceMaps
  readonly settings?: Partial<PodSettings>
  /** Room for so many at least: what is pinned grows, and does not shrink. */
  readonly capacities?: Partial<Capacities>
  /** Ways onto a device, in the order in which they are tried. Default: TCX, else a filter. */
  readonly ways?: readonly TcWay[]
}

/**
 * Services for pods whose sockets are left alone, at the host's side of their veths. Programs, maps and links are pinned: they
 * work on when this process ends, however it ends, and the next {@link PodTc.open} takes them over, with programs of its own
 * release. Disposing closes what is open, and stops nothing. Needs CAP_BPF and CAP_NET_ADMIN, Linux 5.10, and to be in the
 * network namespace of the devices.
 */
export class PodTc implements Disposable {
  readonly #loaded: Loaded
  readonly #devices: Devices
  /** Maps that were made anew at the start, with what was in them: why, and what could not be carried over. */
  readonly madeAnew: readonly string[]

  private constructor(loaded: Loaded, devices: Devices, madeAnew: readonly string[]) {
    this.#loaded = loaded
    this.#devices = devices
    this.madeAnew = madeAnew
  }

  /**
   * Loads the programs over the pinned maps, if there are, and puts them in the place of those that are attached. Maps of a
   * release with another layout, or with less room, are made anew, with what was in them: connections go on.
   */
  static open({ pins, services, settings, capacities = {}, ways }: PodTcOptions): PodTc {
    const folders = foldersIn(pins)
    mkdirSync(folders.maps, { recursive: true, mode: 0o700 })
    const devices = new Devices(folders.links, ways)
    const whole = { ...defaultSettings, ...settings }
    const options = { services, settings: whole, jiffiesPerSecond: jiffiesPerSecond(), capacities }
    const { loaded, madeAnew } = takeOver(options, folders, devices)
    return new PodTc(loaded, devices, madeAnew)
  }

  /** Whether something is pinned: by an earlier process, whose pods are served on. */
  static isInstalled(pins: string): boolean {
    return existsSync(foldersIn(pins).maps)
  }

  /** Serves the pod behind a device, by its index; again: does nothing new. Returns the way. Throws `BpfError` NOT_FOUND. */
  attach(ifindex: number): TcWay {
    return this.#devices.attach(ifindex, this.#loaded.programs)
  }

  /** Leaves the pod behind a device alone: its connections to services break. */
  detach(ifindex: number): void {
    this.#devices.detach(ifindex)
  }

  /** The devices that are served now, by their indexes. Those that are gone are forgotten. */
  attached(): number[] {
    return this.#devices.attached()
  }

  /** The connections that are known, as they are in the maps. */
  connections(): Connection[] {
    return [...connectionsIn(this.#loaded.maps)]
  }

  /** How full each map is. Reads all of them. */
  gauges(): Gauge[] {
    return gaugesOf(this.#loaded.maps)
  }

  /** How many packets had each verdict since the maps were made. */
  verdicts(): Record<PodVerdictName, bigint> {
    const counts = podVerdictsByIndex.map((info, index) => {
      const perCpu = info === undefined ? [] : (this.#loaded.maps.podCounters.get(index) ?? [])
      return [info?.name, perCpu.reduce((sum, { packets }) => sum + packets, 0n)]
    })
    return Object.fromEntries(counts.slice(1)) as Record<PodVerdictName, bigint>
  }

  [Symbol.dispose](): void {
    this.#loaded[Symbol.dispose]()
  }
}

/** Takes the programs off and the pins away. Connections by services break. */
export function uninstallPodTc(pins: string): void {
  const { root, maps, links, next } = foldersIn(pins)
  if (existsSync(links)) {
    const devices = new Devices(links)
    devices.detachBeside()
    for (const ifindex of devices.attached()) devices.detach(ifindex)
  }
  rmSync(next, { recursive: true, force: true })
  if (existsSync(maps)) for (const name of readdirSync(maps)) rmSync(join(maps, name))
  for (const folder of [maps, links, root, pins]) removeEmpty(folder)
}

function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
}
