import type { ScalarLayout } from '../btf/layout.ts'

/** Which class of libbpf-ts stands for a kind of map, and what its key and value are where the declaration does not say. */
export interface MapClass {
  readonly class: 'BpfMap' | 'ArrayMap' | 'PerCpuMap' | 'MapOfMaps' | 'RingBufferMap'
  readonly key?: ScalarLayout
  readonly value?: ScalarLayout
}

const U32: ScalarLayout = { kind: 'scalar', scalar: 'u32', size: 4, align: 4, littleEndian: true, fixedOrder: false }

const HASH: MapClass = { class: 'BpfMap' }
const ARRAY: MapClass = { class: 'ArrayMap', key: U32 }
const PER_CPU: MapClass = { class: 'PerCpuMap' }
const PER_CPU_ARRAY: MapClass = { class: 'PerCpuMap', key: U32 }
const REFERENCES: MapClass = { class: 'BpfMap', key: U32, value: U32 }
const MAPS: MapClass = { class: 'MapOfMaps', key: U32, value: U32 }
const RING: MapClass = { class: 'RingBufferMap' }
const LOCAL_STORAGE: MapClass = { class: 'BpfMap', key: U32 }

/** `enum bpf_map_type`. */
const CLASSES: Readonly<Record<number, MapClass>> = {
  2: ARRAY,
  3: REFERENCES, // prog array
  4: REFERENCES, // perf event array
  5: PER_CPU,
  6: PER_CPU_ARRAY,
  8: REFERENCES, // cgroup array
  10: PER_CPU,
  12: MAPS,
  13: { class: 'MapOfMaps', value: U32 },
  14: REFERENCES, // devmap
  15: REFERENCES, // sockmap
  16: REFERENCES, // cpumap
  17: REFERENCES, // xskmap
  18: { class: 'BpfMap', value: U32 }, // sockhash
  20: REFERENCES, // reuseport sockarray
  21: PER_CPU, // percpu cgroup storage
  24: LOCAL_STORAGE,
  25: REFERENCES, // devmap hash
  27: RING,
  28: LOCAL_STORAGE,
  29: LOCAL_STORAGE,
  31: RING, // user ring buffer
  32: LOCAL_STORAGE,
}

/** The class for a map type; those not listed are hash-like. */
export function mapClass(type: number): MapClass {
  return CLASSES[type] ?? HASH
}
