import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadPodTc, type PodTc } from '@skep/datapath/pod-tc'
import type { SockLb } from '@skep/datapath/sock-lb'
import { BpfError, MapHandle, type MapOptions } from 'libbpf-ts'
import { type Capacities, defaultCapacities } from './capacities.ts'
import { configOf, type PodSettings } from './settings.ts'

const SHARED = [
  'sockFrontends',
  'sockFrontends4',
  'sockServices',
  'sockSlots',
  'sockNodeAddresses',
  'sockAffinities',
] as const

/** What is known of services: the maps of `SocketLb`, which both programs look into. */
export type ServiceMaps = Pick<SockLb['maps'], (typeof SHARED)[number]>

export interface LoadOptions {
  readonly services: ServiceMaps
  readonly settings: PodSettings
  readonly jiffiesPerSecond: number
  /** Where the own maps are pinned, or found. */
  readonly folder: string
  /** For maps that are not there yet. */
  readonly capacities?: Partial<Capacities>
}

/**
 * Loads the programs over the services' maps and what is pinned, making what is not there. Attaches nothing. Pinned maps of
 * a release with another layout are made anew, empty: what they knew of connections is lost.
 */
export function load(options: LoadOptions): PodTc {
  try {
    return loadOver(options)
  } catch (error) {
    if (!(error instanceof BpfError) || error.code !== 'LAYOUT_MISMATCH') throw error
    for (const name of readdirSync(options.folder)) rmSync(join(options.folder, name))
    return loadOver(options)
  }
}

function loadOver({ services, settings, jiffiesPerSecond, folder, capacities }: LoadOptions): PodTc {
  const asked: Capacities = { ...defaultCapacities, ...capacities }
  const own = (name: string, size: number): { pinPath: string; maxEntries: number } => {
    const pinPath = join(folder, name)
    return { pinPath, maxEntries: sizeOfPin(pinPath) ?? size }
  }
  const shared = Object.fromEntries(SHARED.map((name) => [name, sharedWith(services[name])]))
  return loadPodTc({
    config: { ...configOf(settings, jiffiesPerSecond), frontends4Mask: services.sockFrontends4.length - 1 },
    maps: {
      ...shared,
      podFlows: own('pod_flows', asked.flows),
      podFragments: own('pod_fragments', asked.fragments),
      podCounters: { pinPath: join(folder, 'pod_counters') },
    },
  })
}

function sharedWith(map: { readonly handle: MapHandle }): MapOptions {
  return { reuse: map, maxEntries: map.handle.info.maxEntries }
}

/** What is pinned keeps its size. */
function sizeOfPin(pin: string): number | undefined {
  if (!existsSync(pin)) return undefined
  using map = MapHandle.openPinned(pin)
  return map.info.maxEntries
}
