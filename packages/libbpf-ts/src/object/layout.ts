import { parseBtf } from '../btf/parse.ts'
import { kernelBtf } from '../kernel-btf.ts'
import type { MapHandle } from '../maps/map-handle.ts'
import { MAP_FLAGS, MAP_TYPES, mapTypeName } from '../maps/types.ts'
import type { MapSpec } from './map-spec.ts'
import { typeText } from './type-text.ts'

/** All of a map that must be the same for two programs to share it. */
export interface MapLayout {
  readonly parts: Readonly<Record<(typeof PARTS)[number], string | number | undefined>>
  /** On one line. */
  readonly text: string
}

const PARTS = ['type', 'key size', 'value size', 'max entries', 'flags', 'key', 'value'] as const

/** What the first different part is, in words; undefined when the layouts agree. */
export function layoutDifference(wanted: MapLayout, found: MapLayout): string | undefined {
  const part = PARTS.find((name) => wanted.parts[name] !== undefined && wanted.parts[name] !== found.parts[name])
  return part && `${part}: declared ${wanted.parts[part]}, found ${found.parts[part] ?? 'no BTF'}`
}

/** What the object file wants. Parts that it leaves to the kernel are undefined. */
export function declaredLayout(spec: MapSpec, btf: Uint8Array): MapLayout {
  return layout(spec.typeNumber, {
    'key size': spec.keySize,
    'value size': spec.valueSize,
    'max entries': spec.maxEntries || undefined,
    flags: spec.flags,
    key: describe(btf, spec.keyTypeId),
    value: describe(btf, spec.valueTypeId),
  })
}

/** What an open map has. */
export function pinnedLayout({ info }: MapHandle): MapLayout {
  const btf = info.btfId > 0 ? kernelBtf(info.btfId) : new Uint8Array(0)
  return layout(info.typeNumber, {
    'key size': info.keySize,
    'value size': info.valueSize,
    'max entries': info.maxEntries,
    flags: info.flags & ~flagsOfKernel(info.typeNumber),
    key: describe(btf, info.keyTypeId),
    value: describe(btf, info.valueTypeId),
  })
}

/** Types whose elements are the kernel's own: neither libbpf nor the kernel keeps BTF for them. */
const WITHOUT_BTF: ReadonlySet<number> = new Set([
  MAP_TYPES.prog_array,
  MAP_TYPES.perf_event_array,
  MAP_TYPES.stack_trace,
  MAP_TYPES.cgroup_array,
  MAP_TYPES.array_of_maps,
  MAP_TYPES.hash_of_maps,
  MAP_TYPES.devmap,
  MAP_TYPES.devmap_hash,
  MAP_TYPES.sockmap,
  MAP_TYPES.sockhash,
  MAP_TYPES.cpumap,
  MAP_TYPES.xskmap,
  MAP_TYPES.queue,
  MAP_TYPES.stack,
])

/** The kernel marks device maps read-only for programs by itself. */
function flagsOfKernel(type: number): number {
  return type === MAP_TYPES.devmap || type === MAP_TYPES.devmap_hash ? MAP_FLAGS.readOnlyProgram : 0
}

function layout(type: number, parts: Omit<MapLayout['parts'], 'type'>): MapLayout {
  const btf = WITHOUT_BTF.has(type) ? { key: undefined, value: undefined } : {}
  const all = { type: mapTypeName(type), ...parts, ...btf }
  return { parts: all, text: PARTS.map((name) => `${name} ${all[name] ?? 'unknown'}`).join(', ') }
}

function describe(btf: Uint8Array, typeId: number): string | undefined {
  return typeId > 0 && btf.byteLength > 0 ? typeText(parseBtf(btf), typeId) : undefined
}
