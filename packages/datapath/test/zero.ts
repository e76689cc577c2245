import type { MappedArray } from 'libbpf-ts'

/** Empties a table. */
export function zero(map: { mmap(): MappedArray }): void {
  using mapped = map.mmap()
  new Uint8Array(mapped.buffer).fill(0)
}
