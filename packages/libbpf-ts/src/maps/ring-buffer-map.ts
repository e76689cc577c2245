import { invalidInput } from '../errors.ts'
import { pin, unpin } from '../pin.ts'
import { RingBufferReader, type RingBufferOptions } from '../ring/reader.ts'
import { mapInfo, type MapInfo } from './info.ts'
import { MapHandle } from './map-handle.ts'
import { MAP_TYPES } from './types.ts'

/** A ring buffer: programs write records, one reader takes them. Minimum kernel 5.8. */
export class RingBufferMap implements Disposable {
  readonly handle: MapHandle
  #pinned: string | undefined

  /** Takes `handle` over. Errors: INVALID_INPUT for a map of another type. */
  constructor(handle: MapHandle) {
    if (handle.info.typeNumber !== MAP_TYPES.ringbuf)
      throw invalidInput('RingBufferMap', `map "${handle.name}" is of type ${handle.info.type}, not ringbuf`)
    this.handle = handle
  }

  /** Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 5.8. Equivalent to: `bpftool map show pinned <path>`. */
  static open(path: string): RingBufferMap {
    return new RingBufferMap(MapHandle.openPinned(path))
  }

  get name(): string {
    return this.handle.name
  }

  /** Errors: CLOSED. */
  get fd(): number {
    return this.handle.fd
  }

  /**
   * Opens the reader; dispose of it to stop. It outlives this map's fd.
   *
   * Errors: NOT_PERMITTED. Minimum kernel 5.8. No equivalent in `bpftool`, whose `event_pipe` is for perf buffers.
   */
  reader(options?: RingBufferOptions): RingBufferReader {
    return new RingBufferReader(this.handle, options)
  }

  /** Minimum kernel 5.8. Equivalent to: `bpftool map show`. */
  info(): MapInfo {
    return mapInfo(this.fd)
  }

  /** Errors: EXISTS. Minimum kernel 5.8. Equivalent to: `bpftool map pin`. */
  pin(path: string): void {
    pin(this.handle, path)
    this.#pinned = path
  }

  /** Removes the pin at `path`, or the one that {@link pin} made. Minimum kernel 5.8. Equivalent to: `rm <path>`. */
  unpin(path: string | undefined = this.#pinned): void {
    unpin(this.handle, path)
    this.#pinned = undefined
  }

  /** Closes the fd. Closing again does nothing. */
  close(): void {
    this.handle.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
