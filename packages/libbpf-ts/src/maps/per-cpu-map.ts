import { BpfMap } from './bpf-map.ts'
import type { MapHandle } from './map-handle.ts'
import type { MapCodecs } from './map-io.ts'
import { perCpu } from './per-cpu-codec.ts'

/** A per-CPU map: each key's value is an array with one for each possible CPU. */
export class PerCpuMap<K, V> extends BpfMap<K, V[]> {
  /** Takes `handle` over; the codec is for one CPU's value. Errors: LAYOUT_MISMATCH. */
  constructor(handle: MapHandle, codecs: MapCodecs<K, V>) {
    super(handle, { key: codecs.key, value: perCpu(codecs.value) })
  }
}
