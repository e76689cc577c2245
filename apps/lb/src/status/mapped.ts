import type { ArrayMap, Codec } from 'libbpf-ts'

/** An array in the kernel, mapped into this process: thousands of entries are read without a call each. */
export interface MappedTable<T> extends Disposable {
  readonly entries: number
  readonly buffer: ArrayBuffer
  read(index: number): T
}

/** Maps an array for reading by its codec. */
export function mapTable<T>(map: ArrayMap<T>, codec: Codec<T>): MappedTable<T> {
  const mapped = map.mmap()
  const view = new DataView(mapped.buffer)
  return {
    entries: map.length,
    buffer: mapped.buffer,
    read: (index) => codec.read(view, index * mapped.elementSize),
    [Symbol.dispose]: () => mapped[Symbol.dispose](),
  }
}
