import { invalidInput } from '../errors.ts'
import { Pinnable } from '../pinnable.ts'
import { RingBufferReader, type RingBufferOptions } from '../ring/reader.ts'
import { mapInfo, type MapInfo } from './info.ts'
import { MapHandle } from './map-handle.ts'
import { MAP_TYPES } from './types.ts'

/** A ring buffer: programs write records, one reader takes them. Minimum kernel 5.8. */
export class RingBufferMap extends Pinnable<MapHandle> {
  /** Takes `handle` over. Errors: INVALID_INPUT for a map of another type. */
  constructor(handle: MapHandle, pinned?: string) {
    super(handle, pinned)
    if (handle.info.typeNumber !== MAP_TYPES.ringbuf)
      throw invalidInput('RingBufferMap', `map "${handle.name}" is of type ${handle.info.type}, not ringbuf`)
  }

  /** Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 5.8. Equivalent to: `bpftool map show pinned <path>`. */
  static open(path: string): RingBufferMap {
    return new RingBufferMap(MapHandle.openPinned(path), path)
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
}
