import { NO_BLOCK } from './actual.ts'
import { orderFor } from './blocks.ts'
import { fullMessage } from './capacity.ts'
import type { Draft } from './draft.ts'
import {
  MEMBER,
  MEMBER_BLOCK_END,
  MEMBER_DRAINS,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  MEMBERS_PER_SERVICE,
  NO_MEMBER_LINES,
  SERVICE,
  SERVICE_WORDS,
} from './layout.ts'
import { memberDrains, memberIsUsed } from './lookup.ts'
import { matchMembers, numberRows } from './match-members.ts'
import { type Member, membersOf } from './members.ts'
import type { SourcedTable } from './sourced-table.ts'
import type { Wanted } from './wanted.ts'

/** Where a service's members stand, before or after. */
interface Block {
  readonly base: number
  readonly order: number
}

/** Plans one service's members: who comes, stays and goes, with their numbers and ids, and the lines that they stand in. */
export class MembersPlan {
  readonly #draft: Draft
  readonly #table: SourcedTable
  readonly #wanted: Wanted
  readonly #id: number
  /** By row. */
  readonly numbers: Uint16Array
  readonly #ids: Uint32Array
  readonly #newRows: readonly number[]
  /** Members whose rows are gone. */
  readonly leaving: readonly Member[]
  readonly #oldLines: Block | undefined
  #lines: Block | undefined
  /** Of those that leave: whom connections may still go to, and the others. */
  #draining: readonly Member[] = []
  #going: readonly Member[] = []

  constructor(draft: Draft, table: SourcedTable, wanted: Wanted, id: number, isNew: boolean) {
    this.#draft = draft
    this.#table = table
    this.#wanted = wanted
    this.#id = id
    const order = isNew ? NO_BLOCK : draft.memberOrders[id]!
    this.#oldLines = order === NO_BLOCK ? undefined : { base: this.#publishedLines(), order }
    const before = this.#oldLines ? membersOf(draft.maps, id, this.#oldLines.order) : []
    const { numbers, ids, newRows, leaving } = matchMembers(draft.maps, before, table, wanted)
    this.numbers = numbers
    this.#ids = ids
    this.#newRows = newRows
    this.leaving = leaving
  }

  /** Order of the block of lines that there will be, or NO_BLOCK. */
  get order(): number {
    return this.#lines?.order ?? NO_BLOCK
  }

  /** What the service's record shall say of the lines. */
  get word(): number {
    return this.#lines?.base ?? NO_MEMBER_LINES
  }

  /** Do numbers come to be read from other lines? */
  get linesMove(): boolean {
    return this.#lines?.base !== this.#oldLines?.base
  }

  get areAnyDraining(): boolean {
    return this.#draining.length > 0
  }

  /** Takes numbers and ids for those that are new; why there are none. */
  take(undo: (() => void)[]): string | undefined {
    return this.#takeNumbers() ?? this.#takeIds(undo)
  }

  /** Those of `draining` wait until their connections are over; the others that leave go. */
  divide(draining: (one: Member) => boolean): void {
    this.#draining = this.leaving.filter(draining)
    this.#going = this.leaving.filter((one) => !draining(one))
  }

  /** Takes lines for those that will be there; why there are none. */
  takeLines(undo: (() => void)[]): string | undefined {
    if (this.#wanted.count + this.#draining.length === 0) return undefined
    const highest = this.#draining.reduce(
      (most, { number }) => Math.max(most, number),
      this.numbers.reduce((most, number) => Math.max(most, number), 0),
    )
    const order = orderFor(Math.ceil((highest + 2) / MEMBER_LINE_IDS)) // the last id marks the end
    if (this.#oldLines && order <= this.#oldLines.order) {
      this.#lines = { base: this.#oldLines.base, order }
      return undefined
    }
    const { memberLines } = this.#draft
    const base = memberLines.take(order)
    if (base === undefined)
      return fullMessage(this.#draft.filled, 'member_ids', `a block of ${MEMBER_LINE_IDS << order}`)
    undo.push(() => memberLines.give(base, order))
    this.#lines = { base, order }
    return undefined
  }

  /** Drafts the steps: members first, then the lines that lead to them. */
  write(): void {
    this.#writeMembers()
    this.#writeLines()
  }

  /** Drafts the end of those that go, and of lines that nobody needs. */
  releaseLeaving(): void {
    const draft = this.#draft
    const lines = this.#lines
    const oldLines = this.#oldLines
    if (oldLines && lines?.base !== oldLines.base) draft.releaseLines(oldLines)
    else if (oldLines && lines) this.#releaseNumbers(oldLines, lines.order)
    draft.releaseMembers(this.#going.map(({ id }) => id))
  }

  /** How many come, go and stay. To be asked before anything is written. */
  get changes(): { readonly added: number; readonly removed: number; readonly kept: number } {
    const { maps } = this.#draft
    const added = this.#ids.reduce((sum, id) => sum + (memberIsUsed(maps, id) && !memberDrains(maps, id) ? 0 : 1), 0)
    const removed = this.leaving.filter(({ id }) => !memberDrains(maps, id)).length
    return { added, removed, kept: this.#wanted.count - added }
  }

  #takeNumbers(): string | undefined {
    const { words } = this.#draft.maps.memberIds
    const start = this.#oldLines ? this.#oldLines.base * MEMBER_LINE_IDS : 0
    const end = this.#oldLines ? start + (MEMBER_LINE_IDS << this.#oldLines.order) - 1 : 0
    if (numberRows(this.numbers, this.#newRows, words.subarray(start, end))) return undefined
    return (
      `all its ${MEMBERS_PER_SERVICE} member numbers are taken, some by backends that shall go: ` +
      'take those out first, then add new ones'
    )
  }

  #takeIds(undo: (() => void)[]): string | undefined {
    const { memberIds } = this.#draft
    if (memberIds.free < this.#newRows.length)
      return fullMessage(this.#draft.filled, 'members', `${this.#newRows.length} more members`)
    for (const row of this.#newRows) this.#ids[row] = memberIds.take()!
    undo.push(() => this.#newRows.forEach((row) => memberIds.give(this.#ids[row]!)))
    return undefined
  }

  #writeMembers(): void {
    const { newMembers, prepare, maps } = this.#draft
    const { start, count } = this.#wanted
    for (const row of this.#newRows) newMembers.add(this.#ids[row]!, this.#id, this.#table, start + row)
    for (const { id } of this.#draining) this.#setUsed(id, MEMBER_DRAINS)
    if (this.#draining.length > 0 && !this.#draft.defers) this.#draft.needsGrace()
    if (this.#newRows.length === count) return
    const isNew = new Set(this.#newRows)
    for (let row = 0; row < count; row++) {
      if (isNew.has(row)) continue
      const id = this.#ids[row]!
      this.#setUsed(id, 1)
      const source = this.#table.sourceIndexes[start + row]!
      if (maps.members.words[id * MEMBER_WORDS + MEMBER.source] === source) continue
      prepare.push({ do: 'set-member-source', id, source })
    }
  }

  #setUsed(id: number, used: number): void {
    const { prepare, maps } = this.#draft
    if (maps.members.words[id * MEMBER_WORDS + MEMBER.tail]! >>> 24 === used) return
    prepare.push({ do: 'set-member-used', id, used })
  }

  #writeLines(): void {
    const { prepare } = this.#draft
    if (!this.#lines) return
    if (this.#lines.base !== this.#oldLines?.base || this.#oldLines === undefined) {
      const ids = new Uint32Array(MEMBER_LINE_IDS << this.#lines.order)
      this.numbers.forEach((number, row) => (ids[number] = this.#ids[row]!))
      for (const { number, id } of this.#draining) ids[number] = id
      ids[ids.length - 1] = MEMBER_BLOCK_END
      prepare.push({ do: 'write-member-block', base: this.#lines.base, ids })
    } else if (this.#newRows.length > 0) {
      const start = this.#lines.base * MEMBER_LINE_IDS
      const at = Uint32Array.from(this.#newRows, (row) => start + this.numbers[row]!)
      prepare.push({ do: 'set-member-ids', at, ids: Uint32Array.from(this.#newRows, (row) => this.#ids[row]!) })
    }
  }

  /** Numbers of those that leave; a block whose upper half is empty then is cut. */
  #releaseNumbers({ base, order }: Block, kept: number): void {
    const { reclaim } = this.#draft
    const start = base * MEMBER_LINE_IDS
    const at = Uint32Array.from(this.#going, ({ number }) => start + number)
    if (at.length > 0) reclaim.push({ do: 'set-member-ids', at, ids: new Uint32Array(at.length) })
    if (kept !== order) this.#draft.cutLines({ base, order }, kept)
  }

  #publishedLines(): number {
    return this.#draft.maps.services.words[this.#id * SERVICE_WORDS + SERVICE.members]!
  }
}
