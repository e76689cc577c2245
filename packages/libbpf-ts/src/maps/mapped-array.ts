import { invalidInput, kernelRefusal } from '../errors.ts'
import { handleClosed, handleOpened, type OpenHandle } from '../leaks.ts'
import { addon } from '../sys/addon.ts'
import { frozenHint } from './frozen.ts'
import type { MapHandle } from './map-handle.ts'
import { padded } from './per-cpu-codec.ts'
import { MAP_FLAGS } from './types.ts'

/** Some elements of an array, one after the other. Without `count` all that follow, without `from` from the first one. */
export interface ArrayPart {
  readonly from: number
  readonly count: number
}

/**
 * An array map's memory. It outlives the map's fd; after disposal the buffer has length 0, and so has every view.
 *
 * Ordinary stores are not ordered for other CPUs: publish with `Atomics.store`.
 */
export class MappedArray implements Disposable {
  /** The elements, one after the other. */
  readonly buffer: ArrayBuffer
  /** From one element to the next, in bytes: the value's size, padded to 8. */
  readonly elementSize: number
  readonly #listed: OpenHandle

  constructor(map: MapHandle, { from = 0, count = map.info.maxEntries - from }: Partial<ArrayPart> = {}) {
    const { flags, maxEntries, valueSize } = map.info
    if (!(flags & MAP_FLAGS.mmapable))
      throw invalidInput('map.mmap', `map "${map.name}" has no BPF_F_MMAPABLE; declare it with map_flags`)
    this.elementSize = padded(valueSize)
    if (!(Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count > 0 && from + count <= maxEntries))
      throw invalidInput('map.mmap', `map "${map.name}" has ${maxEntries} elements, not ${count} from ${from} on`)
    const buffer = addon().map(map.fd, this.elementSize * count, this.elementSize * from)
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
