import { fullMessage } from './capacity.ts'
import type { Draft } from './draft.ts'
import { fatesOf } from './fates.ts'
import { formatKey } from './key.ts'
import { NO_MEMBER_LINES, SERVICE, SERVICE_WORDS } from './layout.ts'
import { remembersMoves } from './modes.ts'
import { MembersPlan } from './plan-members.ts'
import { RangesPlan } from './plan-ranges.ts'
import { RecordsPlan } from './plan-records.ts'
import { RingPlan } from './plan-ring.ts'
import type { SourcedTable } from './sourced-table.ts'
import type { Wanted } from './wanted.ts'

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
  readonly #members: MembersPlan
  #ring!: RingPlan
  #records!: RecordsPlan
  readonly #ranges: RangesPlan
  readonly #undo: (() => void)[] = []

  constructor(draft: Draft, table: SourcedTable, wanted: Wanted, id: number, isNew: boolean) {
    this.#draft = draft
    this.#table = table
    this.#wanted = wanted
    this.#id = id
    this.#isNew = isNew
    this.#members = new MembersPlan(draft, table, wanted, id, isNew)
    this.#ranges = new RangesPlan(draft, wanted.policy, id, isNew)
  }

  /** Takes numbers, ids, slots, records and lines; false, with everything given back, when something is full. */
  take(): boolean {
    const undo = this.#undo
    const taken =
      this.#has(this.#members.take(undo)) &&
      this.#planRing() &&
      this.#has(this.#members.takeLines(undo)) &&
      this.#has(this.#ring.take(this.#members.linesMove, undo)) &&
      (this.#ranges.take(undo) || this.#has(fullMessage(this.#draft.filled, 'ranges', this.#ranges.asked)))
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
    this.#members.write()
    this.#records.writeFirst()
    this.#ranges.write()
    this.#publish(this.#ring.write())
    this.#records.writeLast()
    this.#ring.releaseOld()
    this.#members.releaseLeaving()
    this.#note()
    this.#settle()
    if (!this.#ring.keepsTarget) this.#ring.putBack()
  }

  /** Notes why something could not be taken, if so. */
  #has(trouble: string | undefined): boolean {
    if (trouble !== undefined) this.#draft.full(this.#wanted.key, trouble)
    return trouble === undefined
  }

  /** What shall stand in the slots, with records where some change hands; and who has to stay because of that. */
  #planRing(): boolean {
    const { maps } = this.#draft
    const { numbers, leaving } = this.#members
    const fates = fatesOf(maps, this.#table, this.#wanted, numbers, leaving)
    const { abandoned } = fates
    const id = this.#isNew ? 0 : this.#id
    this.#ring = new RingPlan(this.#draft, this.#table, this.#wanted, id, numbers, fates)
    this.#undo.push(() => this.#ring.putBack())
    this.#records = new RecordsPlan(this.#draft, this.#wanted.policy, this.#id, this.#isNew, abandoned)
    if (!this.#records.take(this.#ring.moves, this.#undo)) {
      const message = fullMessage(this.#draft.filled, 'records', this.#records.asked)
      if (this.#records.areVital) return this.#has(message)
      this.#ring.compute(false)
      if (!this.#ring.isDone)
        this.#has(`${message}; until then no slot changes hands but those of backends that failed`)
    }
    this.#divideLeaving(abandoned)
    return true
  }

  /**
   * Who is gone goes, and nobody stays where connections do not need it. Who has a slot until now stays for a while in any
   * case: a packet that is on its way may yet be recorded as its own.
   */
  #divideLeaving(abandoned: ReadonlySet<number>): void {
    if (this.#members.leaving.length === 0) return
    if (this.#draft.defers && this.#wanted.count > 0) return this.#members.divide(() => true)
    const used = new Set<number>()
    if (remembersMoves(this.#wanted.policy.flags) || this.#records.areVital) {
      this.#ring.addUsed(used)
      this.#records.addUsed(used)
      for (const number of abandoned) used.delete(number)
    }
    this.#members.divide(({ number }) => used.has(number))
  }

  #publish(ring: number): void {
    const { publish, maps } = this.#draft
    const at = this.#id * SERVICE_WORDS
    const oldRing = this.#isNew ? 0 : maps.services.words[at + SERVICE.ring]!
    const oldMembers = this.#isNew ? NO_MEMBER_LINES : maps.services.words[at + SERVICE.members]!
    const members = this.#members.word
    if (ring === oldRing && members === oldMembers) return
    publish.push({ do: 'publish-service', id: this.#id, ring, members })
  }

  #note(): void {
    const before = this.#ring.oldSize
    const after = this.#ring.size
    const { moved } = this.#ring
    const members = this.#members.changes
    const isChange = moved > 0 || members.added + members.removed > 0 || before !== after
    if (!this.#isNew && !isChange) return
    this.#draft.changes.push({
      frontend: formatKey(this.#wanted.key),
      kind: this.#isNew ? 'add' : 'change',
      slots: { before, after },
      moved,
      members,
    })
  }

  /** Notes for the plans that follow. Something that is not done yet has no digest, so that it is planned again. */
  #settle(): void {
    const { memberOrders, digests, unsettled } = this.#draft
    memberOrders[this.#id] = this.#members.order
    digests.set(this.#ring.isDone ? this.#wanted.digest : [0, 0], 2 * this.#id)
    if (this.#ring.moves || this.#members.areAnyDraining || this.#records.block) unsettled.add(this.#id)
    else unsettled.delete(this.#id)
  }
}
