/**
 * Blocks of 2^order lines, aligned to their size (a buddy allocator): a block can be found again from its base and order
 * alone, can lose its upper half, and two free halves become one block again.
 */
export class BlockPool {
  readonly lines: number
  /** By order: bases of the free blocks, the one that was freed first in front. */
  readonly #free: readonly Set<number>[]
  #used: number

  private constructor(lines: number, free: readonly Set<number>[], used: number) {
    this.lines = lines
    this.#free = free
    this.#used = used
  }

  /** A pool whose lines are all free. */
  static empty(lines: number): BlockPool {
    const free = Array.from({ length: 32 - Math.clz32(lines) }, () => new Set<number>())
    for (let order = free.length - 1, base = 0; order >= 0; order--) {
      if ((lines & (1 << order)) === 0) continue
      free[order]!.add(base)
      base += 1 << order
    }
    return new BlockPool(lines, free, 0)
  }

  /** An independent copy: a plan takes from one, so that what it was made from stays as it is. */
  clone(): BlockPool {
    return new BlockPool(
      this.lines,
      this.#free.map((blocks) => new Set(blocks)),
      this.#used,
    )
  }

  /** The base of a block of 2^order lines, or `undefined` when none is left. */
  take(order: number): number | undefined {
    for (let from = order; from < this.#free.length; from++) {
      const [base] = this.#free[from]!
      if (base === undefined) continue
      this.#free[from]!.delete(base)
      return this.#cut(base, from, base, order)
    }
    return undefined
  }

  /** Takes the block at `base`; false when a part of it is taken already, or it is no place for a block of this order. */
  claim(base: number, order: number): boolean {
    if (base & ((1 << order) - 1)) return false
    for (let from = order; from < this.#free.length; from++) {
      const parent = base & -(1 << from)
      if (!this.#free[from]!.delete(parent)) continue
      this.#cut(parent, from, base, order)
      return true
    }
    return false
  }

  /** Gives a block back; the caller has made sure that no packet can still read it. */
  give(base: number, order: number): void {
    this.#used -= 1 << order
    while (this.#free[order + 1] && this.#free[order]!.delete(base ^ (1 << order))) {
      base &= ~(1 << order)
      order++
    }
    this.#free[order]!.add(base)
  }

  /** Keeps the lower 2^to lines of a block and gives the rest back. */
  shrink(base: number, from: number, to: number): void {
    for (let order = from - 1; order >= to; order--) this.give(base + (1 << order), order)
  }

  /** Lines that are taken. */
  get used(): number {
    return this.#used
  }

  /** Lines in the largest free block. */
  get largest(): number {
    const order = this.#free.findLastIndex((blocks) => blocks.size > 0)
    return order < 0 ? 0 : 1 << order
  }

  /** Splits a free block until one of 2^order lines at `base` is left, which is taken. */
  #cut(parent: number, from: number, base: number, order: number): number {
    while (from > order) {
      from--
      const upper = parent + (1 << from)
      const keepUpper = base >= upper
      this.#free[from]!.add(keepUpper ? parent : upper)
      if (keepUpper) parent = upper
    }
    this.#used += 1 << order
    return parent
  }
}

/** The smallest order whose block has `lines` lines. */
export function orderFor(lines: number): number {
  return lines <= 1 ? 0 : 32 - Math.clz32(lines - 1)
}
