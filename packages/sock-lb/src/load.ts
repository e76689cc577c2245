import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type SockLb, loadSockLb } from '@skep/datapath/sock-lb'
import { BpfError, MapHandle } from 'libbpf-ts'
import { type Capacities, defaultCapacities } from './state.ts'

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
  readonly pinRoot: string
  /** For maps that are not there yet. */
  readonly capacities?: Partial<Capacities>
}

/** The map's name in the kernel, and which capacity is its size. */
const sizes = {
  sockFrontends: ['sock_frontends', 'frontends'],
  sockServices: ['sock_services', 'services'],
  sockSlots: ['sock_slots', 'slots'],
  sockBackends: ['sock_backends', 'backends'],
  sockNodeAddresses: ['sock_node_addresses', 'nodeAddresses'],
  sockAffinities: ['sock_affinities', 'affinities'],
  sockPeers: ['sock_peers', 'peers'],
  sockSubjects: ['sock_subjects', 'subjects'],
} as const

/** Loads the programs over the maps that are pinned, making those that are not there. Attaches nothing. */
export function load(options: LoadOptions): SockLb {
  try {
    return loadWith(options, 1)
  } catch (error) {
    // bpf_set_retval came to these hooks with Linux 5.18 and 6.1; without it a refused call says EPERM.
    if (!(error instanceof BpfError) || error.code !== 'VERIFIER') throw error
    return loadWith(options, 0)
  }
}

function loadWith(
  { pinRoot, capacities, hostNetns, hostNamespaceOnly, protectBind }: LoadOptions,
  saysWhy: 0 | 1,
): SockLb {
  const asked: Capacities = { ...defaultCapacities, ...capacities }
  const maps = Object.fromEntries(
    Object.entries(sizes).map(([map, [name, capacity]]) => {
      return [map, { maxEntries: sizeOfPin(join(pinRoot, name)) ?? asked[capacity] }]
    }),
  )
  const config = { hostNetns, hostOnly: Number(hostNamespaceOnly), protectBind: Number(protectBind), saysWhy }
  return loadSockLb({ config, maps, pinRoot })
}

/** What is pinned keeps its size. */
function sizeOfPin(pin: string): number | undefined {
  if (!existsSync(pin)) return undefined
  using map = MapHandle.openPinned(pin)
  return map.info.maxEntries
}

/** How many entries each map has. */
export function capacitiesOf(maps: SockLb['maps']): Capacities {
  const entries = Object.entries(sizes).map(([map, [, capacity]]) => {
    return [capacity, maps[map as keyof typeof sizes].handle.info.maxEntries]
  })
  return Object.fromEntries(entries) as Record<keyof Capacities, number>
}
