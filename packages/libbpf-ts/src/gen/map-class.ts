import type { ScalarLayout } from '../btf/layout.ts'
import { MAP_TYPES } from '../maps/types.ts'

/** Which class of libbpf-ts stands for a kind of map, and what its key and value are where the declaration does not say. */
export interface MapClass {
  readonly class: 'BpfMap' | 'ArrayMap' | 'PerCpuMap' | 'MapOfMaps' | 'RingBufferMap' | 'DevMap' | 'ProgArray'
  /** The class knows its own keys and values: the declaration's types do not matter. */
  readonly closed?: true
  readonly key?: ScalarLayout
  readonly value?: ScalarLayout
}

const U32: ScalarLayout = { kind: 'scalar', scalar: 'u32', size: 4, align: 4, littleEndian: true, fixedOrder: false }

const HASH: MapClass = { class: 'BpfMap' }
const PER_CPU: MapClass = { class: 'PerCpuMap' }
const DEVICES: MapClass = { class: 'DevMap', closed: true }
/** Keyed by the fd of a socket, inode, task or cgroup. */
const LOCAL_STORAGE: MapClass = { class: 'BpfMap', key: U32 }
/** Elements are fds of sockets, cgroups or events, or numbers of CPUs. */
const REFERENCES: MapClass = { class: 'BpfMap', key: U32, value: U32 }

const CLASSES: Readonly<Record<number, MapClass>> = {
  [MAP_TYPES.array]: { class: 'ArrayMap', key: U32 },
  [MAP_TYPES.prog_array]: { class: 'ProgArray', closed: true },
  [MAP_TYPES.perf_event_array]: REFERENCES,
  [MAP_TYPES.percpu_hash]: PER_CPU,
  [MAP_TYPES.percpu_array]: { class: 'PerCpuMap', key: U32 },
  [MAP_TYPES.lru_percpu_hash]: PER_CPU,
  [MAP_TYPES.percpu_cgroup_storage]: PER_CPU,
  [MAP_TYPES.cgroup_array]: REFERENCES,
  [MAP_TYPES.array_of_maps]: { class: 'MapOfMaps', key: U32, value: U32 },
  [MAP_TYPES.hash_of_maps]: { class: 'MapOfMaps', value: U32 },
  [MAP_TYPES.devmap]: DEVICES,
  [MAP_TYPES.devmap_hash]: DEVICES,
  [MAP_TYPES.cpumap]: REFERENCES,
  [MAP_TYPES.xskmap]: REFERENCES,
  [MAP_TYPES.sockmap]: REFERENCES,
  [MAP_TYPES.sockhash]: { class: 'BpfMap', value: U32 },
  [MAP_TYPES.reuseport_sockarray]: REFERENCES,
  [MAP_TYPES.sk_storage]: LOCAL_STORAGE,
  [MAP_TYPES.inode_storage]: LOCAL_STORAGE,
  [MAP_TYPES.task_storage]: LOCAL_STORAGE,
  [MAP_TYPES.cgrp_storage]: LOCAL_STORAGE,
  [MAP_TYPES.ringbuf]: { class: 'RingBufferMap', closed: true },
}

/** The class for a map type; those not listed are hash-like. */
export function mapClass(type: number): MapClass {
  return CLASSES[type] ?? HASH
}
