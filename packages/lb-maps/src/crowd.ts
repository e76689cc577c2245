import { RECORD_LINE_WORDS } from './layout.ts'
import type { RecordBlock } from './records.ts'

/** From this share of live records on, how they lie does not matter any more. */
const DENSE = 7 / 8

/** How crowded a service's records are. A flow has its place in one of two lines, by hash (bpf/lib/record.h). */
export class Crowd {
  readonly #base: number
  readonly #lines: Uint8Array
  #live = 0
  #full = 0

  constructor(block: RecordBlock | undefined) {
    this.#base = block?.base ?? 0
    this.#lines = new Uint8Array(block ? 1 << block.order : 0)
  }

  /** A live record; `at` in 64-bit words of `records`. */
  add(at: number): void {
    const line = Math.floor(at / RECORD_LINE_WORDS) - this.#base
    this.#live++
    if (++this.#lines[line]! === RECORD_LINE_WORDS) this.#full++
  }

  get live(): number {
    return this.#live
  }

  get size(): number {
    return this.#lines.length * RECORD_LINE_WORDS
  }

  /** Is there likely a flow that found both of its lines full, and so is not recorded? */
  get isDense(): boolean {
    if (this.#live === 0) return false
    const missed = this.#live * (this.#full / this.#lines.length) ** 2
    return this.#live >= DENSE * this.size || missed >= 1
  }
}
