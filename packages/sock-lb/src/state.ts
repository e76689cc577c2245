import { BlockPool } from '@skep/lb-maps'
import type { Slots } from './slots.ts'

/** A service as the maps have it: backends that several frontends may share. */
export interface ServiceState {
  /** Where its block lies. */
  readonly block: number
  readonly slots: Slots
  /** Seconds; 0: none. */
  readonly affinity: number
  readonly unreachable: boolean
}

export interface FrontendState {
  readonly service: number
  readonly protected: boolean
}

export interface BackendState {
  readonly address: string
  readonly port: number
}

export type Treatment = 'host' | 'leave'

/** What is in the maps. Frontends by {@link textOf}, subjects by `netns <cookie>` or `cgroup <id> <level>`. */
export interface State {
  readonly frontends: ReadonlyMap<string, FrontendState>
  readonly services: ReadonlyMap<number, ServiceState>
  readonly backends: ReadonlyMap<number, BackendState>
  readonly nodeAddresses: ReadonlySet<string>
  readonly subjects: ReadonlyMap<string, Treatment>
  /** Which blocks of slots are taken. */
  readonly pool: BlockPool
}

/** How many entries each map has. */
export interface Capacities {
  readonly frontends: number
  readonly services: number
  readonly slots: number
  readonly backends: number
  readonly nodeAddresses: number
  readonly affinities: number
  /** Sockets whose datagrams come from a service. */
  readonly peers: number
  /** TCP connections to services; a power of two is made of it. */
  readonly connections: number
  readonly subjects: number
}

/** 100,000 endpoints, and a quarter of a million sockets of each kind that are remembered. */
export const defaultCapacities: Capacities = {
  frontends: 65_536,
  services: 65_536,
  slots: 524_288,
  backends: 262_144,
  nodeAddresses: 16_384,
  affinities: 65_536,
  peers: 262_144,
  connections: 262_144,
  subjects: 4096,
}

/** Maps with nothing in them. The first slot is never a block's: place 0 means that there is none. */
export function emptyState({ slots }: Pick<Capacities, 'slots'>): State {
  const pool = BlockPool.empty(slots)
  pool.claim(0, 0)
  return {
    frontends: new Map(),
    services: new Map(),
    backends: new Map(),
    nodeAddresses: new Set(),
    subjects: new Map(),
    pool,
  }
}
