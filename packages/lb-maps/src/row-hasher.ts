import { halves, type HashKey, Mixer } from './hash.ts'
import { AF_INET, type Family } from './layout.ts'
import type { BackendTable } from './wanted.ts'

/** Hashes rows of a backend table under one installation's key. */
export class RowHasher {
  readonly #table: BackendTable
  readonly #mixer = new Mixer()
  readonly #seed: { readonly lo: number; readonly hi: number }

  constructor(table: BackendTable, { key1 }: HashKey) {
    this.#table = table
    this.#seed = halves(key1)
  }

  /** Fills in the row's hash: of its address, port and family, so the same on every node. */
  hash(row: number, family: Family): void {
    const { words, ports, hashes } = this.#table
    const at = 4 * row
    const mixer = this.#mixer.start(this.#seed.lo, this.#seed.hi).word(words[at]!, words[at + 1]!)
    if (family !== AF_INET) mixer.word(words[at + 2]!, words[at + 3]!)
    mixer.word(ports[row]!, family)
    hashes[2 * row] = mixer.lo
    hashes[2 * row + 1] = mixer.hi
  }

  /** One hash of everything that a service is made from, its rows and some other numbers; its halves are never both zero. */
  digest(start: number, count: number, others: readonly number[]): readonly [number, number] {
    const { words, ports, families, weights, failed, sources } = this.#table
    const mixer = this.#mixer.start(count, 0)
    for (const other of others) mixer.word(other, 0)
    for (let row = start; row < start + count; row++) {
      const at = 4 * row
      mixer
        .word(words[at]!, ports[row]! | (families[row]! << 16))
        .word(weights[row]! | (failed[row]! << 8), sources[at]!)
      if ((words[at + 1]! | words[at + 2]! | words[at + 3]!) === 0) continue
      mixer.word(words[at + 1]!, words[at + 2]!).word(words[at + 3]!, sources[at + 1]!)
      mixer.word(sources[at + 2]!, sources[at + 3]!)
    }
    return [mixer.lo, mixer.hi | 1]
  }
}
