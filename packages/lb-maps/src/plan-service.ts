import { NO_BLOCK } from './actual.ts'
import { orderFor } from './blocks.ts'
import { fullMessage } from './capacity.ts'
import type { Draft } from './draft.ts'
import { fatesOf } from './fates.ts'
import { formatKey } from './key.ts'
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
import { remembersMoves } from './modes.ts'
import { RangesPlan } from './plan-ranges.ts'
import { RecordsPlan } from './plan-records.ts'
import { RingPlan } from './plan-ring.ts'
import type { SourcedTable } from './sourced-table.ts'
import type { Wanted } from './wanted.ts'

/** Where a service's members stand, before or after. */
interface Block {
  readonly base: number
  readonly order: number
}

/**
 * Plans one service: a new one, or one whose input is not known to be what is in the maps. Takes everything it needs first;
 * if something is full the service stays as it is and the problem is noted.
 */
export class ServicePlan {
  readonly #draft: Draft
  readonly #table: SourcedTable
  readonly #wanted: Wanted
  readonly #id: number
  readonly #isNew: boolean
  /** By row: the member's number and id; the rows that are new; the members whose rows are gone. */
  readonly #numbers: Uint16Array
  readonly #ids: Uint32Array
  readonly #newRows: readonly number[]
  readonly #leaving: readonly Member[]
  readonly #oldLines: Block | undefined
  #lines: Block | undefined
  #ring!: RingPlan
  #records!: RecordsPlan
  readonly #ranges: RangesPlan
  /** Of the members whose rows are gone: those that connections may still go to, and the others. */
  #draining: readonly Member[] = []
  #going: readonly Member[] = []
  readonly #undo: (() => void)[] = []

  constructor(draft: Draft, table: SourcedTable, wanted: Wanted, id: number, isNew: boolean) {
    this.#draft = draft
    this.#table = table
    this.#wanted = wanted
    this.#id = id
    this.#isNew = isNew
    const order = isNew ? NO_BLOCK : draft.memberOrders[id]!
    this.#oldLines = order === NO_BLOCK ? undefined : { base: this.#publishedLines(), order }
    const before = this.#oldLines ? membersOf(draft.maps, id, this.#oldLines.order) : []
    const { numbers, ids, newRows, leaving } = matchMembers(draft.maps, before, table, wanted)
    this.#numbers = numbers
    this.#ids = ids
    this.#newRows = newRows
    this.#leaving = leaving
    this.#ranges = new RangesPlan(draft, wanted.policy, id, isNew)
  }

  /** Takes numbers, ids, slots, records and lines; false, with everything given back, when something is full. */
  take(): boolean {
    const taken =
      this.#takeNumbers() &&
      this.#takeIds() &&
      this.#planRing() &&
      this.#takeLines() &&
      this.#takeRing() &&
      this.#takeRanges()
    if (!taken) this.giveUp()
    return taken
  }

  giveUp(): void {
    for (const undo of this.#undo.toReversed()) undo()
  }

  /** Flags, records, idle time-out and whom it admits, for the record of a service that is new. */
  firstWords(words: Uint32Array): void {
    this.#records.firstWords(words)
    this.#ranges.firstWords(words)
  }

  /** Drafts the steps. */
  write(): void {
    this.#writeMembers()
    this.#writeLines()
    this.#records.writeFirst()
    this.#ranges.write()
    this.#publish(this.#ring.write())
    this.#records.writeLast()
    this.#ring.releaseOld()
    this.#releaseLeaving()
    this.#note()
    this.#settle()
    if (!this.#ring.keepsTarget) this.#ring.putBack()
  }

  #takeNumbers(): boolean {
    const { words } = this.#draft.maps.memberIds
    const start = this.#oldLines ? this.#oldLines.base * MEMBER_LINE_IDS : 0
    const end = this.#oldLines ? start + (MEMBER_LINE_IDS << this.#oldLines.order) - 1 : 0
    if (numberRows(this.#numbers, this.#newRows, words.subarray(start, end))) return true
    return this.#full(
      `all its ${MEMBERS_PER_SERVICE} member numbers are taken, some by backends that shall go: ` +
        'take those out first, then add new ones',
    )
  }

  #takeIds(): boolean {
    const { memberIds } = this.#draft
    if (memberIds.free < this.#newRows.length) {
      return this.#full(fullMessage(this.#draft.filled, 'members', `${this.#newRows.length} more members`))
    }
    for (const row of this.#newRows) this.#ids[row] = memberIds.take()!
    this.#undo.push(() => this.#newRows.forEach((row) => memberIds.give(this.#ids[row]!)))
    return true
  }

  /** What shall stand in the slots, with records where some change hands; and who has to stay because of that. */
  #planRing(): boolean {
    const { maps } = this.#draft
    const fates = fatesOf(maps, this.#table, this.#wanted, this.#numbers, this.#leaving)
    const { abandoned } = fates
    const id = this.#isNew ? 0 : this.#id
    this.#ring = new RingPlan(this.#draft, this.#table, this.#wanted, id, this.#numbers, fates)
    this.#undo.push(() => this.#ring.putBack())
    this.#records = new RecordsPlan(this.#draft, this.#wanted.policy, this.#id, this.#isNew, abandoned)
    if (!this.#records.take(this.#ring.moves, this.#undo)) {
      const message = fullMessage(this.#draft.filled, 'records', this.#records.asked)
      if (this.#records.areVital) return this.#full(message)
      this.#ring.compute(false)
      if (!this.#ring.isDone)
        this.#full(`${message}; until then no slot changes hands but those of backends that failed`)
    }
    this.#divideLeaving(abandoned)
    return true
  }

  /**
   * Who is gone goes, and nobody stays where connections do not need it. Who has a slot until now stays for a while in any
   * case: a packet that is on its way may yet be recorded as its own.
   */
  #divideLeaving(abandoned: ReadonlySet<number>): void {
    if (this.#leaving.length === 0) return
    if (this.#draft.defers && this.#wanted.count > 0) {
      this.#draining = this.#leaving
      return
    }
    const { flags } = this.#wanted.policy
    const used = new Set<number>()
    if (remembersMoves(flags) || this.#records.areVital) {
      this.#ring.addUsed(used)
      this.#records.addUsed(used)
      for (const number of abandoned) used.delete(number)
    }
    this.#draining = this.#leaving.filter(({ number }) => used.has(number))
    this.#going = this.#leaving.filter(({ number }) => !used.has(number))
  }

  #takeLines(): boolean {
    if (this.#wanted.count + this.#draining.length === 0) return true
    const highest = this.#draining.reduce(
      (most, { number }) => Math.max(most, number),
      this.#numbers.reduce((most, number) => Math.max(most, number), 0),
    )
    const order = orderFor(Math.ceil((highest + 2) / MEMBER_LINE_IDS)) // the last id marks the end
    if (this.#oldLines && order <= this.#oldLines.order) {
      this.#lines = { base: this.#oldLines.base, order }
      return true
    }
    const { memberLines } = this.#draft
    const base = memberLines.take(order)
    if (base === undefined) {
      return this.#full(fullMessage(this.#draft.filled, 'member_ids', `a block of ${MEMBER_LINE_IDS << order}`))
    }
    this.#undo.push(() => memberLines.give(base, order))
    this.#lines = { base, order }
    return true
  }

  #takeRing(): boolean {
    const trouble = this.#ring.take(this.#lines?.base !== this.#oldLines?.base, this.#undo)
    return trouble === undefined || this.#full(trouble)
  }

  #takeRanges(): boolean {
    return this.#ranges.take(this.#undo) || this.#full(fullMessage(this.#draft.filled, 'ranges', this.#ranges.asked))
  }

  #full(message: string): false {
    this.#draft.full(this.#wanted.key, message)
    return false
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
      this.#numbers.forEach((number, row) => (ids[number] = this.#ids[row]!))
      for (const { number, id } of this.#draining) ids[number] = id
      ids[ids.length - 1] = MEMBER_BLOCK_END
      prepare.push({ do: 'write-member-block', base: this.#lines.base, ids })
    } else if (this.#newRows.length > 0) {
      const start = this.#lines.base * MEMBER_LINE_IDS
      const at = Uint32Array.from(this.#newRows, (row) => start + this.#numbers[row]!)
      prepare.push({ do: 'set-member-ids', at, ids: Uint32Array.from(this.#newRows, (row) => this.#ids[row]!) })
    }
  }

  #publish(ring: number): void {
    const { publish, maps } = this.#draft
    const at = this.#id * SERVICE_WORDS
    const oldRing = this.#isNew ? 0 : maps.services.words[at + SERVICE.ring]!
    const oldMembers = this.#isNew ? NO_MEMBER_LINES : maps.services.words[at + SERVICE.members]!
    const members = this.#lines?.base ?? NO_MEMBER_LINES
    if (ring === oldRing && members === oldMembers) return
    publish.push({ do: 'publish-service', id: this.#id, ring, members })
  }

  #releaseLeaving(): void {
    const draft = this.#draft
    const lines = this.#lines
    const oldLines = this.#oldLines
    if (oldLines && lines?.base !== oldLines.base) draft.releaseLines(oldLines)
    else if (oldLines && lines) this.#releaseNumbers(oldLines, lines.order)
    draft.releaseMembers(this.#going.map(({ id }) => id))
  }

  /** Numbers of those that leave; a block whose upper half is empty then is cut. */
  #releaseNumbers({ base, order }: Block, kept: number): void {
    const { reclaim } = this.#draft
    const start = base * MEMBER_LINE_IDS
    const at = Uint32Array.from(this.#going, ({ number }) => start + number)
    if (at.length > 0) reclaim.push({ do: 'set-member-ids', at, ids: new Uint32Array(at.length) })
    if (kept !== order) this.#draft.cutLines({ base, order }, kept)
  }

  #note(): void {
    const before = this.#ring.oldSize
    const after = this.#ring.size
    const { moved } = this.#ring
    const { maps } = this.#draft
    const added = this.#ids.reduce((sum, id) => sum + (memberIsUsed(maps, id) && !memberDrains(maps, id) ? 0 : 1), 0)
    const removed = this.#leaving.filter(({ id }) => !memberDrains(maps, id)).length
    if (!this.#isNew && moved === 0 && added === 0 && removed === 0 && before === after) return
    this.#draft.changes.push({
      frontend: formatKey(this.#wanted.key),
      kind: this.#isNew ? 'add' : 'change',
      slots: { before, after },
      moved,
      members: { added, removed, kept: this.#wanted.count - added },
    })
  }

  /** Notes for the plans that follow. Something that is not done yet has no digest, so that it is planned again. */
  #settle(): void {
    const { memberOrders, digests, unsettled } = this.#draft
    memberOrders[this.#id] = this.#lines?.order ?? NO_BLOCK
    digests.set(this.#ring.isDone ? this.#wanted.digest : [0, 0], 2 * this.#id)
    if (this.#ring.moves || this.#draining.length > 0 || this.#records.block) unsettled.add(this.#id)
    else unsettled.delete(this.#id)
  }

  #publishedLines(): number {
    return this.#draft.maps.services.words[this.#id * SERVICE_WORDS + SERVICE.members]!
  }
}
