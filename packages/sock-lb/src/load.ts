import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openSockLb, type SockLb, type SockLbSpec } from '@skep/datapath/sock-lb'
import { BpfError, MapHandle, type MapSpec } from 'libbpf-ts'
import type { Folders } from './folders.ts'
import { type Capacities, defaultCapacities } from './state.ts'
import { stageOf } from './upgrade/stage.ts'

/** How the programs behave; fixed when they are loaded. */
export interface Behaviour {
  /** The cookie of the host's network namespace; 0: the initial one's. */
  readonly hostNetns: bigint
  /** Pods' sockets are left alone: `bpf-lb-sock-hostns-only`. */
  readonly hostNamespaceOnly: boolean
  /** Sockets of the host may not be bound where they would shadow a NodePort: `node-port-bind-protection`. */
  readonly protectBind: boolean
}

export interface LoadOptions extends Behaviour {
  /** Where maps are pinned, or found. */
  readonly folders: Folders
  /** At least this much room. */
  readonly capacities?: Partial<Capacities>
}

/** Programs that are in the kernel, and nowhere attached. */
export interface Loaded {
  readonly datapath: SockLb
  /** Tables that those which were there cannot serve as, a line each; they are in the stage. */
  readonly madeAnew: readonly string[]
}

/** Which capacity is a map's size. */
const sizes = {
  sockFrontends: 'frontends',
  sockServices: 'services',
  sockSlots: 'slots',
  sockBackends: 'backends',
  sockNodeAddresses: 'nodeAddresses',
  sockAffinities: 'affinities',
  sockPeers: 'peers',
  sockSubjects: 'subjects',
} as const

/**
 * Loads the programs over the maps that are pinned, making those that are not there. Where one is too small, or has another
 * layout, a new one is pinned in the stage. Attaches nothing.
 */
export function load(options: LoadOptions): Loaded {
  try {
    return loadWith(options, 1)
  } catch (error) {
    // bpf_set_retval came to these hooks with Linux 5.18 and 6.1; without it a refused call says EPERM.
    if (!(error instanceof BpfError) || error.code !== 'VERIFIER') throw error
    return loadWith(options, 0)
  }
}

function loadWith(options: LoadOptions, saysWhy: 0 | 1): Loaded {
  const { hostNetns, hostNamespaceOnly, protectBind } = options
  using spec = openSockLb()
  const config = { hostNetns, hostOnly: Number(hostNamespaceOnly), protectBind: Number(protectBind), saysWhy }
  Object.assign(spec.config, config)
  const madeAnew = placeMaps(spec.maps, options)
  return { datapath: spec.load(), madeAnew }
}

function placeMaps(maps: SockLbSpec['maps'], { folders, capacities }: LoadOptions): string[] {
  const asked: Capacities = { ...defaultCapacities, ...capacities }
  for (const [name, capacity] of Object.entries(sizes)) maps[name as keyof typeof sizes].maxEntries = asked[capacity]
  return Object.values(maps).flatMap((map) => placeMap(map, folders) ?? [])
}

/** Where a map is pinned, and how large: never smaller than what is there, whose entries would have no place. */
export function placeMap(map: MapSpec, folders: Folders): string | undefined {
  map.pinPath = join(folders.maps, map.name)
  if (!existsSync(map.pinPath)) return undefined
  using handle = MapHandle.openPinned(map.pinPath)
  map.maxEntries = Math.max(map.maxEntries, handle.info.maxEntries)
  const difference = map.differenceFrom({ handle })
  if (difference === undefined) return undefined
  map.pinPath = join(stageOf(folders).maps, map.name)
  return `${map.name}: ${difference}`
}

/** How many entries each map has. */
export function capacitiesOf(maps: SockLb['maps']): Capacities {
  const entries = Object.entries(sizes).map(([map, capacity]) => {
    return [capacity, maps[map as keyof typeof sizes].handle.info.maxEntries]
  })
  return Object.fromEntries(entries) as Record<keyof Capacities, number>
}
