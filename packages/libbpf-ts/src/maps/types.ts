import { namer } from '../number-names.ts'

/** `enum bpf_map_type`, by the names that `bpftool map` shows. */
export const MAP_TYPES = {
  hash: 1,
  array: 2,
  prog_array: 3,
  perf_event_array: 4,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  cgroup_array: 8,
  lru_hash: 9,
  lru_percpu_hash: 10,
  lpm_trie: 11,
  array_of_maps: 12,
  hash_of_maps: 13,
  devmap: 14,
  sockmap: 15,
  cpumap: 16,
  xskmap: 17,
  sockhash: 18,
  cgroup_storage: 19,
  reuseport_sockarray: 20,
  percpu_cgroup_storage: 21,
  queue: 22,
  stack: 23,
  sk_storage: 24,
  devmap_hash: 25,
  struct_ops: 26,
  ringbuf: 27,
  inode_storage: 28,
  task_storage: 29,
  bloom_filter: 30,
  user_ringbuf: 31,
  cgrp_storage: 32,
  arena: 33,
} as const

/** A map's type, by the name that `bpftool map` shows. */
export type MapType = keyof typeof MAP_TYPES

/** The name of a map type's number. */
export const mapTypeName: (type: number) => string = namer(MAP_TYPES)

const PER_CPU: ReadonlySet<number> = new Set([
  MAP_TYPES.percpu_hash,
  MAP_TYPES.percpu_array,
  MAP_TYPES.lru_percpu_hash,
  MAP_TYPES.percpu_cgroup_storage,
])

/** Whether each key has one value per possible CPU. */
export function isPerCpu(type: number): boolean {
  return PER_CPU.has(type)
}

/** Flags of a map (`BPF_F_*`), as in `MapSpec.flags` and `MapInfo.flags`. */
export const MAP_FLAGS = {
  noPrealloc: 1,
  numaNode: 4,
  readOnly: 8,
  writeOnly: 16,
  readOnlyProgram: 128,
  writeOnlyProgram: 256,
  mmapable: 1024,
  innerMap: 4096,
} as const
