import type { Draft } from './draft.ts'
import { RANGE_LINE_BOUNDS, SERVICE, SERVICE_WORDS } from './layout.ts'
import type { Policy } from './policy.ts'
import { type RangeBlock, rangesOf, rangeWords } from './ranges.ts'
import { blockWord } from './records.ts'

/**
 * Plans whom one service admits: a list is written as a whole where nobody reads, then one store leads to it. So a packet
 * meets the old list or the new one.
 */
export class RangesPlan {
  readonly #draft: Draft
  readonly #policy: Policy
  readonly #id: number
  readonly #isNew: boolean
  readonly #old: RangeBlock | undefined
  #block: RangeBlock | undefined

  constructor(draft: Draft, policy: Policy, id: number, isNew: boolean) {
    this.#draft = draft
    this.#policy = policy
    this.#id = id
    this.#isNew = isNew
    const isOwn = !isNew && !draft.actual.leftovers.ranges.includes(id)
    this.#old = isOwn ? rangesOf(draft.maps, id) : undefined
  }

  /** What is asked for, in words. */
  get asked(): string {
    return `${RANGE_LINE_BOUNDS << (this.#policy.ranges?.order ?? 0)} bounds of source ranges in one piece`
  }

  /** False when there is no room. */
  take(undo: (() => void)[]): boolean {
    const { ranges } = this.#policy
    if (!ranges) return true
    if (this.#old && this.#holds(this.#old)) {
      this.#block = this.#old
      return true
    }
    const base = this.#draft.ranges.take(ranges.order)
    if (base === undefined) return false
    undo.push(() => this.#draft.ranges.give(base, ranges.order))
    this.#block = { base, order: ranges.order }
    return true
  }

  firstWords(words: Uint32Array): void {
    words[SERVICE.ranges] = blockWord(this.#block)
    words[SERVICE.limit] = Number(this.#policy.limit & 0xffffffffn)
    words[SERVICE.limit + 1] = Number(this.#policy.limit >> 32n)
  }

  write(): void {
    const { maps, prepare, publish } = this.#draft
    const { ranges, limit } = this.#policy
    const at = this.#id * SERVICE_WORDS
    if (ranges && this.#block && this.#block !== this.#old)
      prepare.push({ do: 'write-ranges', base: this.#block.base, words: ranges.words })
    if (this.#isNew) return
    const value = blockWord(this.#block)
    if (maps.services.words[at + SERVICE.ranges] !== value)
      publish.push({ do: 'set-service', id: this.#id, word: SERVICE.ranges, value })
    if (maps.services.longs[(at + SERVICE.limit) / 2] !== limit) publish.push({ do: 'set-limit', id: this.#id, limit })
    if (this.#old && this.#old !== this.#block) this.#draft.releaseRanges(this.#old)
  }

  #holds(block: RangeBlock): boolean {
    const { words, order } = this.#policy.ranges!
    if (block.order !== order) return false
    const held = rangeWords(this.#draft.maps, block)
    return words.every((word, i) => held[i] === word)
  }
}
