import { NO_BLOCK } from './actual.ts'
import { orderFor } from './blocks.ts'
import { fullMessage } from './capacity.ts'
import type { Draft } from './draft.ts'
import { formatKey } from './key.ts'
import {
  MEMBER,
  MEMBER_BLOCK_END,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  MEMBERS_PER_SERVICE,
  NO_MEMBER_LINES,
  portAndBytes,
  RING_LINE_SLOTS,
  RING_LOG2_BITS,
  SERVICE,
  SERVICE_WORDS,
} from './layout.ts'
import { ringOf, ringSlots } from './lookup.ts'
import { fillRing } from './maglev.ts'
import { matchMembers, numberRows } from './match-members.ts'
import { type Member, membersOf } from './members.ts'
import { movedShare } from './moved.ts'
import { type BackendTable, columnsOf, type Wanted } from './wanted.ts'

/** The input, with each row's index in the `sources` table. */
export interface SourcedTable extends BackendTable {
  readonly sourceIndexes: Uint32Array
}

/** Where a service's members or slots stand, before or after. */
interface Block {
  readonly base: number
  readonly order: number
}

const noSlots = new Uint16Array(0)

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
  readonly #oldSlots: Uint16Array
  #lines: Block | undefined
  #slots: Uint16Array = noSlots
  /** Set when the slots go into a new block. */
  #ringBlock: Block | undefined
  readonly #undo: (() => void)[] = []

  constructor(draft: Draft, table: SourcedTable, wanted: Wanted, id: number, isNew: boolean) {
    this.#draft = draft
    this.#table = table
    this.#wanted = wanted
    this.#id = id
    this.#isNew = isNew
    const order = isNew ? NO_BLOCK : draft.memberOrders[id]!
    const ring = isNew ? undefined : ringOf(draft.maps, id)
    this.#oldLines = order === NO_BLOCK ? undefined : { base: this.#publishedLines(), order }
    this.#oldSlots = ring ? ringSlots(draft.maps, ring) : noSlots
    const before = this.#oldLines ? membersOf(draft.maps, id, this.#oldLines.order) : []
    const { numbers, ids, newRows, leaving } = matchMembers(draft.maps, before, table, wanted)
    this.#numbers = numbers
    this.#ids = ids
    this.#newRows = newRows
    this.#leaving = leaving
  }

  /** Takes numbers, ids, lines and slots; false, with everything given back, when something is full. */
  take(): boolean {
    const taken = this.#takeNumbers() && this.#takeIds() && this.#takeLines() && this.#takeRing()
    if (!taken) this.giveUp()
    return taken
  }

  giveUp(): void {
    for (const undo of this.#undo.toReversed()) undo()
  }

  /** Drafts the steps. */
  write(): void {
    this.#writeMembers()
    this.#writeLines()
    this.#writeSlots()
    this.#releaseLeaving()
    this.#note()
    const { memberOrders, digests } = this.#draft
    memberOrders[this.#id] = this.#lines?.order ?? NO_BLOCK
    digests.set(this.#wanted.digest, 2 * this.#id)
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

  #takeLines(): boolean {
    if (this.#wanted.count === 0) return true
    const highest = this.#numbers.reduce((most, number) => Math.max(most, number), 0)
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

  /** A ring stays where it is unless its size changes, or the numbers in it come to be read from other lines. */
  #takeRing(): boolean {
    const { start, count, ringSize } = this.#wanted
    if (!this.#table.weights.subarray(start, start + count).some((weight) => weight > 0)) return true
    const { arena, rings } = this.#draft
    this.#slots = arena.take(ringSize)
    this.#undo.push(() => arena.putBack(this.#slots))
    fillRing(this.#slots, columnsOf(this.#table, this.#wanted), this.#numbers)
    if (this.#oldSlots.length === ringSize && this.#lines!.base === this.#oldLines?.base) return true
    const order = orderFor(ringSize / RING_LINE_SLOTS)
    const base = rings.take(order)
    if (base === undefined) {
      return this.#full(fullMessage(this.#draft.filled, 'rings', `a ring of ${ringSize} slots in one piece`))
    }
    this.#undo.push(() => rings.give(base, order))
    this.#ringBlock = { base, order }
    return true
  }

  #full(message: string): false {
    this.#draft.full(this.#wanted.key, message)
    return false
  }

  #writeMembers(): void {
    const { prepare, maps } = this.#draft
    const { start, count } = this.#wanted
    if (this.#newRows.length > 0) {
      const ids = Uint32Array.from(this.#newRows, (row) => this.#ids[row]!)
      prepare.push({ do: 'reset-counters', ids })
      prepare.push({ do: 'write-members', ids, words: this.#memberWords() })
    }
    if (this.#newRows.length === count) return
    const isNew = new Set(this.#newRows)
    for (let row = 0; row < count; row++) {
      const id = this.#ids[row]!
      const source = this.#table.sourceIndexes[start + row]!
      if (isNew.has(row) || maps.members.words[id * MEMBER_WORDS + MEMBER.source] === source) continue
      prepare.push({ do: 'set-member-source', id, source })
    }
  }

  #memberWords(): Uint32Array {
    const { words, ports, sourceIndexes } = this.#table
    const out = new Uint32Array(MEMBER_WORDS * this.#newRows.length)
    this.#newRows.forEach((row, i) => {
      const from = this.#wanted.start + row
      const at = MEMBER_WORDS * i
      for (let word = 0; word < 4; word++) out[at + MEMBER.address + word] = words[4 * from + word]!
      out[at + MEMBER.tail] = portAndBytes(ports[from]!, this.#wanted.key.family, 1)
      out[at + MEMBER.source] = sourceIndexes[from]!
      out[at + MEMBER.service] = this.#id
    })
    return out
  }

  #writeLines(): void {
    const { prepare } = this.#draft
    if (!this.#lines) return
    if (this.#lines.base !== this.#oldLines?.base || this.#oldLines === undefined) {
      const ids = new Uint32Array(MEMBER_LINE_IDS << this.#lines.order)
      this.#numbers.forEach((number, row) => (ids[number] = this.#ids[row]!))
      ids[ids.length - 1] = MEMBER_BLOCK_END
      prepare.push({ do: 'write-member-block', base: this.#lines.base, ids })
    } else if (this.#newRows.length > 0) {
      const start = this.#lines.base * MEMBER_LINE_IDS
      const at = Uint32Array.from(this.#newRows, (row) => start + this.#numbers[row]!)
      prepare.push({ do: 'set-member-ids', at, ids: Uint32Array.from(this.#newRows, (row) => this.#ids[row]!) })
    }
  }

  #writeSlots(): void {
    const { prepare, publish, maps, arena } = this.#draft
    const at = this.#id * SERVICE_WORDS
    const oldRing = this.#isNew ? 0 : maps.services.words[at + SERVICE.ring]!
    if (this.#ringBlock) prepare.push({ do: 'write-ring', base: this.#ringBlock.base, slots: this.#slots })
    else if (this.#slots.length > 0) {
      this.#changeSlots((oldRing >>> RING_LOG2_BITS) * RING_LINE_SLOTS)
      arena.putBack(this.#slots)
      return
    }
    const oldMembers = this.#isNew ? NO_MEMBER_LINES : maps.services.words[at + SERVICE.members]!
    const ring = this.#ringWord()
    const members = this.#lines?.base ?? NO_MEMBER_LINES
    if (ring === oldRing && members === oldMembers) return
    publish.push({ do: 'publish-service', id: this.#id, ring, members })
  }

  #ringWord(): number {
    if (!this.#ringBlock) return 0
    const { base, order } = this.#ringBlock
    return ((base << RING_LOG2_BITS) | (order + Math.log2(RING_LINE_SLOTS))) >>> 0
  }

  #changeSlots(start: number): void {
    const at: number[] = []
    this.#slots.forEach((number, slot) => number !== this.#oldSlots[slot] && at.push(slot))
    if (at.length === 0) return
    const numbers = Uint16Array.from(at, (slot) => this.#slots[slot]!)
    this.#draft.publish.push({ do: 'set-slots', at: Uint32Array.from(at, (slot) => start + slot), numbers })
  }

  #releaseLeaving(): void {
    const draft = this.#draft
    const lines = this.#lines
    const oldLines = this.#oldLines
    const oldRing = this.#isNew ? undefined : ringOf(draft.maps, this.#id)
    if (oldRing && (this.#ringBlock || this.#slots.length === 0)) draft.releaseRing(oldRing)
    if (oldLines && lines?.base !== oldLines.base) draft.releaseLines(oldLines)
    else if (oldLines && lines && this.#leaving.length > 0) this.#releaseNumbers(oldLines, lines.order)
    draft.releaseMembers(this.#leaving.map(({ id }) => id))
  }

  /** Numbers of those that leave; a block whose upper half is empty then is cut. */
  #releaseNumbers({ base, order }: Block, kept: number): void {
    const { memberLines, reclaim } = this.#draft
    const start = base * MEMBER_LINE_IDS
    const at = Uint32Array.from(this.#leaving, ({ number }) => start + number)
    reclaim.push({ do: 'set-member-ids', at, ids: new Uint32Array(at.length) })
    if (kept === order) return
    const end = Uint32Array.of(start + (MEMBER_LINE_IDS << kept) - 1)
    reclaim.push({ do: 'set-member-ids', at: end, ids: Uint32Array.of(MEMBER_BLOCK_END) })
    const cut = { table: 'memberIds', at: base + (1 << kept), entries: (1 << order) - (1 << kept) } as const
    this.#draft.release({ do: 'zero', ...cut }, () => memberLines.shrink(base, order, kept))
  }

  #note(): void {
    const before = this.#oldSlots.length
    const after = this.#slots.length
    const moved = movedShare(this.#oldSlots, this.#slots)
    const added = this.#newRows.length
    const removed = this.#leaving.length
    if (!this.#isNew && moved === 0 && added === 0 && removed === 0 && before === after) return
    this.#draft.changes.push({
      frontend: formatKey(this.#wanted.key),
      kind: this.#isNew ? 'add' : 'change',
      slots: { before, after },
      moved,
      members: { added, removed, kept: this.#wanted.count - added },
    })
  }

  #publishedLines(): number {
    return this.#draft.maps.services.words[this.#id * SERVICE_WORDS + SERVICE.members]!
  }
}
