import { invalidInput, kernelRefusal } from '../errors.ts'
import { handleClosed, handleOpened, type OpenHandle } from '../leaks.ts'
import { addon } from '../sys/addon.ts'
import { frozenHint } from './frozen.ts'
import type { MapHandle } from './map-handle.ts'
import { padded } from './per-cpu-codec.ts'
import { MAP_FLAGS } from './types.ts'

/**
 * An array map's memory. It outlives the map's fd; after disposal the buffer has length 0, and so has every view.
 *
 * Ordinary stores are not ordered for other CPUs: publish with `Atomics.store`.
 */
export class MappedArray implements Disposable {
  /** All elements, one after the other. */
  readonly buffer: ArrayBuffer
  /** From one element to the next, in bytes: the value's size, padded to 8. */
  readonly elementSize: number
  readonly #listed: OpenHandle

  constructor(map: MapHandle) {
    const { flags, maxEntries, valueSize } = map.info
    if (!(flags & MAP_FLAGS.mmapable))
      throw invalidInput('map.mmap', `map "${map.name}" has no BPF_F_MMAPABLE; declare it with map_flags`)
    this.elementSize = padded(valueSize)
    const buffer = addon().map(map.fd, this.elementSize * maxEntries)
    if (typeof buffer === 'number')
      throw kernelRefusal('map.mmap', buffer, `map "${map.name}"`, frozenHint(map.fd, buffer))
    this.buffer = buffer
    this.#listed = handleOpened('mapping', map.fd, map.name)
  }

  /** Unmaps. Closing again does nothing. Minimum kernel 5.5. No equivalent in `bpftool`. */
  close(): void {
    addon().unmap(this.buffer)
    handleClosed(this.#listed)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
