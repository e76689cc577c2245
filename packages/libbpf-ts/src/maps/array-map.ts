import { u32 } from '../codec-scalars.ts'
import type { Codec } from '../codec.ts'
import { BpfMap } from './bpf-map.ts'
import type { MapHandle } from './map-handle.ts'
import { type ArrayPart, MappedArray } from './mapped-array.ts'

/** An array map: all elements exist, and none can be deleted. */
export class ArrayMap<V> extends BpfMap<number, V> {
  /** Takes `handle` over. Errors: LAYOUT_MISMATCH. */
  constructor(handle: MapHandle, codecs: { readonly value: Codec<V> }) {
    super(handle, { key: u32, value: codecs.value })
  }

  /** How many elements it has. Asks no kernel; as `max_entries` of `bpftool map show`. */
  get length(): number {
    return this.handle.info.maxEntries
  }

  /**
   * Maps the array's memory: reads and writes of the buffer are the map's, with no call in between. Dispose of the
   * result to unmap. The kernel gives the process every page that it maps, used or not: map a part of what is large.
   *
   * Errors: INVALID_INPUT for a map without BPF_F_MMAPABLE, and for a part that is not in the map or does not begin with a
   * page; NOT_PERMITTED for a frozen one. Minimum kernel 5.5. No equivalent in `bpftool`.
   */
  mmap(part: Partial<ArrayPart> = {}): MappedArray {
    return new MappedArray(this.handle, part)
  }
}
