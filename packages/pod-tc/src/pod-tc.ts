import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { jiffiesPerSecond } from '@skep/datapath/clock'
import { type PodTc as Loaded, podVerdictsByIndex, type PodVerdictName } from '@skep/datapath/pod-tc'
import { type Capacities, type Gauge, gaugesOf } from './capacities.ts'
import { type Connection, connectionsIn } from './connections.ts'
import { Devices } from './devices.ts'
import type { TcWay } from './hook.ts'
import { load, type ServiceMaps } from './load.ts'
import { defaultSettings, type PodSettings } from './settings.ts'

/** Where and how pods' packets are translated. */
export interface PodTcOptions {
  /** `/sys/fs/bpf/skep/<instance>`: what is pinned lies below `pods` in it. */
  readonly pins: string
  /** The maps of `SocketLb`, which know the services. */
  readonly services: ServiceMaps
  readonly settings?: Partial<PodSettings>
  /** For a new installation; what is pinned keeps its sizes. */
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

  private constructor(loaded: Loaded, devices: Devices) {
    this.#loaded = loaded
    this.#devices = devices
  }

  /**
   * Loads the programs over the pinned maps, if there are, and puts them in the place of those that are attached. Maps of a
   * release with another layout are made anew, empty: connections that they knew are reset.
   */
  static open({ pins, services, settings, capacities = {}, ways }: PodTcOptions): PodTc {
    const folders = foldersIn(pins)
    mkdirSync(folders.maps, { recursive: true, mode: 0o700 })
    using stack = new DisposableStack()
    const loaded = stack.use(
      load({
        services,
        settings: { ...defaultSettings, ...settings },
        jiffiesPerSecond: jiffiesPerSecond(),
        folder: folders.maps,
        capacities,
      }),
    )
    const devices = new Devices(folders.links, ways)
    devices.adopt(loaded.programs)
    stack.move()
    return new PodTc(loaded, devices)
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
  const { root, maps, links } = foldersIn(pins)
  if (existsSync(links)) {
    const devices = new Devices(links)
    for (const ifindex of devices.attached()) devices.detach(ifindex)
  }
  if (existsSync(maps)) for (const name of readdirSync(maps)) rmSync(join(maps, name))
  for (const folder of [maps, links, root, pins]) removeEmpty(folder)
}

function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
}

function foldersIn(pins: string): { readonly root: string; readonly maps: string; readonly links: string } {
  const root = join(pins, 'pods')
  return { root, maps: join(root, 'maps'), links: join(root, 'links') }
}
