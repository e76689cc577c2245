import type { Codec } from '../codec.ts'

/** The kernel's own header of a record, which the addon leaves in place: u32 length, u32 of no use here. */
const HEADER = 8

/** What one look at a ring found. Valid until the next one: its bytes lie in the reader's arena. */
export interface RingCounts {
  /** Records in this batch. */
  readonly count: number
  /** Records that the program reserved and then discarded, since the last batch. */
  readonly discarded: number
  /** Records that found no room, since the last batch, as `countDropped` tells; else 0. */
  readonly dropped: bigint
}

/**
 * Some records of a ring buffer, in order. They lie in the reader's arena, which the next batch overwrites: copy what
 * you keep.
 */
export class RingBatch implements Iterable<Uint8Array>, RingCounts {
  readonly count: number
  readonly discarded: number
  readonly dropped: bigint
  /** The arena, and how many of its bytes the records with their 8-byte headers fill. */
  readonly arena: Uint8Array
  readonly bytes: number
  readonly #view: DataView

  constructor(arena: Uint8Array, bytes: number, counts: RingCounts) {
    this.arena = arena
    this.bytes = bytes
    this.count = counts.count
    this.discarded = counts.discarded
    this.dropped = counts.dropped
    this.#view = new DataView(arena.buffer, arena.byteOffset, arena.byteLength)
  }

  /** Each record's bytes, not copied. */
  *[Symbol.iterator](): Generator<Uint8Array> {
    for (let at = 0; at < this.bytes;) {
      const length = this.#length(at)
      yield this.arena.subarray(at + HEADER, at + HEADER + length)
      at = next(at, length)
    }
  }

  /** Calls back with a view of the arena, and each record's offset and length in it: the fastest way to read. Asks no kernel. */
  forEach(visit: (view: DataView, offset: number, length: number) => void): void {
    for (let at = 0; at < this.bytes;) {
      const length = this.#length(at)
      visit(this.#view, at + HEADER, length)
      at = next(at, length)
    }
  }

  /** Each record, decoded. Records shorter than the codec's size throw RangeError. Asks no kernel. */
  *decode<T>(codec: Codec<T>): Generator<T> {
    for (let at = 0; at < this.bytes;) {
      const length = this.#length(at)
      if (length < codec.size)
        throw new RangeError(`a record of ${length} bytes is shorter than the ${codec.size} that the codec reads`)
      yield codec.read(this.#view, at + HEADER)
      at = next(at, length)
    }
  }

  #length(at: number): number {
    return this.#view.getUint32(at, true)
  }
}

function next(at: number, length: number): number {
  return at + Math.ceil((HEADER + length) / 8) * 8
}
