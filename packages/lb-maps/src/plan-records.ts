import { orderFor } from './blocks.ts'
import type { Draft } from './draft.ts'
import { RECORD_LINE_WORDS, SERVICE, SERVICE_WORDS } from './layout.ts'
import { recordsEverything, remembersMoves } from './modes.ts'
import type { Policy } from './policy.ts'
import { blockWord, type RecordBlock, recordsOf, scanRecords } from './records.ts'

/** At most one part of so many of all records goes to a service that does not say how many it needs. */
const LARGEST_SHARE = 4

/** Plans one service's flags and records. */
export class RecordsPlan {
  readonly #draft: Draft
  readonly #policy: Policy
  readonly #id: number
  readonly #isNew: boolean
  readonly #abandoned: ReadonlySet<number>
  readonly #old: RecordBlock | undefined
  #block: RecordBlock | undefined

  constructor(draft: Draft, policy: Policy, id: number, isNew: boolean, abandoned: ReadonlySet<number>) {
    this.#draft = draft
    this.#policy = policy
    this.#id = id
    this.#isNew = isNew
    this.#abandoned = abandoned
    const isOwn = !isNew && !draft.actual.leftovers.records.includes(id)
    this.#old = isOwn ? recordsOf(draft.maps, id) : undefined
  }

  /** The records that the service will have. */
  get block(): RecordBlock | undefined {
    return this.#block
  }

  /** Does the service not work without records? */
  get areVital(): boolean {
    return recordsEverything(this.#policy.flags)
  }

  /** What is asked for, in words. */
  get asked(): string {
    return `${RECORD_LINE_WORDS << this.#order} records in one piece`
  }

  /** `needed`: some slot changes hands. False when there is no room. */
  take(needed: boolean, undo: (() => void)[]): boolean {
    const { flags } = this.#policy
    if (this.#old && (this.areVital || remembersMoves(flags))) this.#block = this.#old
    if (this.#block || !(needed || this.areVital)) return true
    const { records } = this.#draft
    const order = this.#order
    const base = records.take(order)
    if (base === undefined) return false
    undo.push(() => records.give(base, order))
    this.#block = { base, order }
    return true
  }

  /** The members that live records lead to. */
  addUsed(numbers: Set<number>): void {
    if (!this.#old || !this.#block) return
    scanRecords(this.#draft.maps, this.#id, this.#draft.now.recordTime, (_at, _tag, number, isLive) => {
      if (isLive) numbers.add(number)
    })
  }

  firstWords(words: Uint32Array): void {
    words[SERVICE.flags]! |= this.#policy.flags
    words[SERVICE.records] = blockWord(this.#block)
    words[SERVICE.idle] = this.#policy.recordIdle
  }

  /** Before any slot: records, empty, and flags under which somebody looks at them. */
  writeFirst(): void {
    const { prepare } = this.#draft
    if (this.#block && this.#block !== this.#old) {
      prepare.push({ do: 'zero', table: 'records', at: this.#block.base, entries: 1 << this.#block.order })
    }
    if (this.#isNew) return
    this.#set(SERVICE.idle, this.#policy.recordIdle)
    if (this.#block) {
      this.#set(SERVICE.records, blockWord(this.#block))
      this.#setFlags()
    } else if (remembersMoves(this.#policy.flags)) this.#setFlags()
  }

  /** After the last slot: takes records away that nobody needs any more, then flags. */
  writeLast(): void {
    if (this.#isNew) return
    this.#dropAbandoned()
    if (!this.#block) {
      this.#set(SERVICE.records, 0)
      if (!remembersMoves(this.#policy.flags)) this.#setFlags()
    }
    if (this.#old && this.#old !== this.#block) this.#draft.releaseRecords(this.#old)
  }

  /** Flows of members that failed or are gone go to others, and their numbers mean nobody. */
  #dropAbandoned(): void {
    if (!this.#old || this.#old !== this.#block || this.#abandoned.size === 0) return
    const { base, order } = this.#old
    this.#draft.reclaim.push({ do: 'drop-records', base, lines: 1 << order, numbers: this.#abandoned })
  }

  #set(word: number, value: number): void {
    const { maps, publish } = this.#draft
    if (maps.services.words[this.#id * SERVICE_WORDS + word] === value) return
    publish.push({ do: 'set-service', id: this.#id, word, value })
  }

  #setFlags(): void {
    const generation = this.#draft.maps.services.words[this.#id * SERVICE_WORDS + SERVICE.flags]! & 0xffff0000
    this.#set(SERVICE.flags, (generation | this.#policy.flags) >>> 0)
  }

  get #order(): number {
    const { lines } = this.#draft.records
    const { recordLines, declaresRecords } = this.#policy
    const most = declaresRecords ? Infinity : Math.max(1, Math.floor(lines / LARGEST_SHARE))
    return orderFor(Math.min(Math.ceil(recordLines), most))
  }
}
