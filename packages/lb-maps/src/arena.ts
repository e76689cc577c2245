const CHUNK = 1 << 20

/** Hands out pieces of large arrays, so that ten thousand rings are not ten thousand allocations. */
export class RingArena {
  #chunk = new Uint16Array(0)
  #used = 0

  take(length: number): Uint16Array {
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Uint16Array(Math.max(CHUNK, length))
      this.#used = 0
    }
    this.#used += length
    return this.#chunk.subarray(this.#used - length, this.#used)
  }

  /** Takes back the piece that was handed out last. */
  putBack(piece: Uint16Array): void {
    this.#used -= piece.length
  }
}
