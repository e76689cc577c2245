/**
 * Ids from 1 up to a table's size (0 means "none" in the maps). Ids that were never used come first, then freed ones in
 * the order they were freed, so that an id rests as long as possible.
 */
export class IdPool {
  readonly size: number
  #next: number
  #freed: Uint32Array
  #head = 0
  #tail: number
  readonly #isPristine: boolean

  private constructor(size: number, next: number, freed: Uint32Array, tail: number, isPristine: boolean) {
    this.size = size
    this.#next = next
    this.#freed = freed
    this.#tail = tail
    this.#isPristine = isPristine
  }

  /**
   * The pool of a table with `size` entries (0 included), in which `isUsed` tells the ids that are taken. `isPristine`: no
   * other id has ever been.
   */
  static adopt(size: number, isUsed: (id: number) => boolean, isPristine = false): IdPool {
    let next = size
    while (next > 1 && !isUsed(next - 1)) next--
    const holes: number[] = []
    for (let id = 1; id < next; id++) if (!isUsed(id)) holes.push(id)
    return new IdPool(size, next, Uint32Array.from(holes), holes.length, isPristine)
  }

  /** An independent copy: a plan takes from one, so that what it was made from stays as it is. */
  clone(): IdPool {
    const freed = this.#freed.slice(this.#head, this.#tail)
    return new IdPool(this.size, this.#next, freed, freed.length, this.#isPristine)
  }

  /** Is it known that this id has never been anybody's? */
  isUnused(id: number): boolean {
    return this.#isPristine && id >= this.#next
  }

  take(): number | undefined {
    if (this.#next < this.size) return this.#next++
    return this.#head < this.#tail ? this.#freed[this.#head++] : undefined
  }

  /** Gives an id back; the caller has made sure that no packet can still meet it. */
  give(id: number): void {
    if (this.#tail === this.#freed.length) this.#grow()
    this.#freed[this.#tail++] = id
  }

  get free(): number {
    return this.size - this.#next + this.#tail - this.#head
  }

  /** Ids that are taken. */
  get used(): number {
    return Math.max(this.size - 1, 0) - this.free
  }

  #grow(): void {
    const grown = new Uint32Array(Math.max(64, 2 * (this.#tail - this.#head)))
    grown.set(this.#freed.subarray(this.#head, this.#tail))
    this.#tail -= this.#head
    this.#head = 0
    this.#freed = grown
  }
}
