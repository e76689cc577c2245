import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  openSockLb,
  sockFrontendCodec,
  sockFrontendKeyCodec,
  type SockLb,
  type SockLbSpec,
} from '@skep/datapath/sock-lb'
import { BpfError, BpfMap, MapHandle, type MapSpec } from 'libbpf-ts'
import { Buckets4, bucketsFor } from './buckets4.ts'
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
  sockConnections: 'connections',
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
  const madeAnew = placeMaps(spec.maps, options)
  const connectionsMask = spec.maps.sockConnections.maxEntries - 1
  const frontends4Mask = spec.maps.sockFrontends4.maxEntries - 1
  const [hostOnly, protects] = [Number(hostNamespaceOnly), Number(protectBind)]
  Object.assign(spec.config, { hostNetns, hostOnly, protectBind: protects, saysWhy, connectionsMask, frontends4Mask })
  const datapath = spec.load()
  syncBuckets(datapath.maps, options.folders)
  return { datapath, madeAnew }
}

/** From the table of frontends that is in use: the one that was loaded may be one that has yet to be filled. */
function syncBuckets({ sockFrontends4 }: SockLb['maps'], { maps }: Folders): void {
  using buckets = new Buckets4(sockFrontends4)
  using pinned = MapHandle.openPinned(join(maps, 'sock_frontends'))
  const entries = new BpfMap(pinned, { key: sockFrontendKeyCodec, value: sockFrontendCodec }).getBatch()
  buckets.sync([...entries].flat())
}

function placeMaps(maps: SockLbSpec['maps'], { folders, capacities }: LoadOptions): string[] {
  const wanted: Capacities = { ...defaultCapacities, ...capacities }
  const asked = { ...wanted, connections: 2 ** Math.ceil(Math.log2(wanted.connections)) }
  for (const [name, capacity] of Object.entries(sizes)) maps[name as keyof typeof sizes].maxEntries = asked[capacity]
  maps.sockFrontends4.maxEntries = bucketsFor(asked.frontends)
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
