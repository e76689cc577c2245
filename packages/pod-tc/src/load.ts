import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadPodTc, type PodTc } from '@skep/datapath/pod-tc'
import type { SockLb } from '@skep/datapath/sock-lb'
import { MapHandle, type MapOptions } from 'libbpf-ts'
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
 * Loads the programs over the services' maps and what is pinned, making what is not there. Attaches nothing. Throws `BpfError`
 * LAYOUT_MISMATCH where what is pinned is of a release with another layout.
 */
export function load({ services, settings, jiffiesPerSecond, folder, capacities }: LoadOptions): PodTc {
  const asked = { ...defaultCapacities, ...capacities }
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

/** What is pinned keeps its size; `undefined` where nothing is. */
export function sizeOfPin(pin: string): number | undefined {
  if (!existsSync(pin)) return undefined
  using map = MapHandle.openPinned(pin)
  return map.info.maxEntries
}
