const SMALLEST_CHUNK = 1 << 13
const LARGEST_CHUNK = 1 << 20

/** Hands out pieces of arrays, each twice as large as the one before: ten thousand rings are not ten thousand allocations. */
export class RingArena {
  #chunk = new Uint16Array(0)
  #used = 0

  take(length: number): Uint16Array {
    if (this.#used + length > this.#chunk.length) {
      const size = Math.min(Math.max(2 * this.#chunk.length, SMALLEST_CHUNK), LARGEST_CHUNK)
      this.#chunk = new Uint16Array(Math.max(size, length))
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
