import { type Actual, NO_BLOCK, nothingLeft } from './actual.ts'
import { RingArena } from './arena.ts'
import { type BlockPool, orderFor } from './blocks.ts'
import { shapes } from './bucket.ts'
import type { Filled } from './capacity.ts'
import type { Now } from './clock.ts'
import type { Problem } from './error.ts'
import type { IdPool } from './ids.ts'
import { formatKey, type ServiceKey } from './key.ts'
import { MEMBER_BLOCK_END, MEMBER_LINE_IDS, RING_LINE_SLOTS, SERVICE, SERVICE_WORDS } from './layout.ts'
import { ringOf } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import type { ServiceChange } from './changes.ts'
import { membersOf } from './members.ts'
import { remembersMoves } from './modes.ts'
import { type RangeBlock, rangesOf } from './ranges.ts'
import { NewMembers } from './new-members.ts'
import { type RecordBlock, recordsOf } from './records.ts'
import type { Step } from './steps.ts'
import { TableDraft } from './table-draft.ts'

/** A service or backend that the plan leaves out. */
export interface PlanProblem extends Problem {
  /** `CROWDED`: nothing is left out, but slots cannot come to rest while so many flows are recorded. */
  readonly code: 'FULL' | 'NO_SOURCE' | 'CROWDED'
}

/**
 * A plan in the making: copies of the pools to take from, and lists of steps by the time they are done. What is freed goes
 * back to the pools at the end, so that no step of this plan meets it again.
 */
export class Draft {
  readonly actual: Actual
  readonly now: Now
  /** Do members whose backends are gone stay for `advance` to take away, so that nobody waits for them here? */
  readonly defers: boolean
  readonly maps: LbMaps
  readonly serviceIds: IdPool
  readonly memberIds: IdPool
  readonly rings: BlockPool
  readonly memberLines: BlockPool
  readonly records: BlockPool
  readonly ranges: BlockPool
  readonly memberOrders: Int8Array
  readonly digests: Uint32Array
  readonly durations: Uint32Array
  readonly unsettled: Set<number>
  readonly sources: Map<string, number>
  readonly tables: Readonly<Record<2 | 10, TableDraft>>
  readonly arena: RingArena = new RingArena()

  /** New own addresses, before anything uses them. */
  readonly sourceWrites: Step[] = []
  /** Services' addresses that become own ones, when they are written as such. */
  readonly takenOver: Step[] = []
  readonly newMembers: NewMembers
  /** Into memory that no packet reads yet, after the new members. */
  readonly prepare: Step[] = []
  /** Stores that packets see. */
  readonly publish: Step[] = []
  /** After a last grace period: own addresses that nothing uses any more become services'. */
  readonly givenAway: Step[] = []
  /** After that: zeroes what was freed. */
  readonly reclaim: Step[] = []
  readonly problems: PlanProblem[] = []
  readonly changes: ServiceChange[] = []
  readonly #giveBack: (() => void)[] = []
  #needsGrace = false

  constructor(actual: Actual, now: Now, defers = false) {
    const { maps, hasher, keys } = actual
    this.actual = actual
    this.now = now
    this.defers = defers
    this.maps = maps
    this.serviceIds = actual.serviceIds.clone()
    this.memberIds = actual.memberIds.clone()
    this.newMembers = new NewMembers((id) => actual.memberIds.isUnused(id))
    this.rings = actual.rings.clone()
    this.memberLines = actual.memberLines.clone()
    this.records = actual.records.clone()
    this.ranges = actual.ranges.clone()
    this.memberOrders = actual.memberOrders.slice()
    this.digests = actual.digests.slice()
    this.durations = actual.durations.slice()
    this.unsettled = new Set(actual.unsettled)
    this.sources = new Map(actual.sources)
    const [v4, v6] = shapes
    this.tables = {
      2: new TableDraft(maps, v4, hasher, keys.services4),
      10: new TableDraft(maps, v6, hasher, keys.services6),
    }
  }

  tableFor(key: ServiceKey): TableDraft {
    return this.tables[key.family]
  }

  /** After a grace period: `step` zeroes something, and `giveBack` makes it free for the next plan. */
  release(step: Step, giveBack: () => void): void {
    this.reclaim.push(step)
    this.#giveBack.push(giveBack)
  }

  /** `service`: whose ring it is. */
  releaseRing(ring: { readonly base: number; readonly log2: number }, service: number): void {
    const entries = (1 << ring.log2) / RING_LINE_SLOTS
    const step: Step = { do: 'zero', table: 'rings', at: ring.base, entries }
    this.release(step, () => this.rings.give(ring.base, orderFor(entries)))
    this.clearMoves(ring, service)
  }

  /** A service whose slots never change hands has nothing there, and the memory beside its ring is not touched. */
  clearMoves({ base, log2 }: { readonly base: number; readonly log2: number }, service: number): void {
    if (!remembersMoves(this.maps.services.words[service * SERVICE_WORDS + SERVICE.flags]!)) return
    this.reclaim.push({ do: 'zero', table: 'moves', at: base, entries: (1 << log2) / RING_LINE_SLOTS })
  }

  releaseLines({ base, order }: { readonly base: number; readonly order: number }): void {
    const step: Step = { do: 'zero', table: 'memberIds', at: base, entries: 1 << order }
    this.release(step, () => this.memberLines.give(base, order))
  }

  releaseRecords({ base, order }: RecordBlock): void {
    const step: Step = { do: 'zero', table: 'records', at: base, entries: 1 << order }
    this.release(step, () => this.records.give(base, order))
  }

  releaseRanges({ base, order }: RangeBlock): void {
    const step: Step = { do: 'zero', table: 'ranges', at: base, entries: 1 << order }
    this.release(step, () => this.ranges.give(base, order))
  }

  releaseMembers(ids: readonly number[]): void {
    if (ids.length === 0) return
    this.release({ do: 'zero-members', ids: Uint32Array.from(ids) }, () => ids.forEach((id) => this.memberIds.give(id)))
  }

  /**
   * Takes a service's record away with all that it owns; its key is the caller's. The record goes first: while there is
   * one, what it points to must not have another owner.
   */
  releaseService(id: number): void {
    const ring = ringOf(this.maps, id)
    const order = this.memberOrders[id]!
    const records = recordsOf(this.maps, id)
    const ranges = rangesOf(this.maps, id)
    this.releaseRecord(id)
    if (ring) this.releaseRing(ring, id)
    if (records && !this.actual.leftovers.records.includes(id)) this.releaseRecords(records)
    if (ranges && !this.actual.leftovers.ranges.includes(id)) this.releaseRanges(ranges)
    if (order !== NO_BLOCK) {
      const members = membersOf(this.maps, id, order)
      this.releaseLines({ base: this.maps.services.words[id * SERVICE_WORDS + SERVICE.members]!, order })
      this.releaseMembers(members.map((member) => member.id))
    }
  }

  /** Takes only the record away. */
  releaseRecord(id: number): void {
    this.memberOrders[id] = NO_BLOCK
    this.digests.fill(0, 2 * id, 2 * id + 2)
    this.durations.fill(0, 2 * id, 2 * id + 2)
    this.unsettled.delete(id)
    this.release({ do: 'zero-service', id }, () => this.serviceIds.give(id))
  }

  /** Keeps the lower 2^kept lines of a block of member lines. */
  cutLines({ base, order }: { readonly base: number; readonly order: number }, kept: number): void {
    const end = Uint32Array.of((base + (1 << kept)) * MEMBER_LINE_IDS - 1)
    this.reclaim.push({ do: 'set-member-ids', at: end, ids: Uint32Array.of(MEMBER_BLOCK_END) })
    const cut = { table: 'memberIds', at: base + (1 << kept), entries: (1 << order) - (1 << kept) } as const
    this.release({ do: 'zero', ...cut }, () => this.memberLines.shrink(base, order, kept))
  }

  /** At the end of this plan a grace period is due: nobody may hold on to what its stores have changed. */
  needsGrace(): void {
    this.#needsGrace = true
  }

  /** After what packets see: what was freed, after a grace period. */
  get lastSteps(): Step[] {
    const last = [...this.givenAway, ...this.reclaim]
    return last.length > 0 || this.#needsGrace ? [{ do: 'grace' }, ...last] : []
  }

  /** How full everything is so far; what this plan frees still counts. */
  get filled(): Filled {
    const keys = { services4: this.tables[2].used, services6: this.tables[10].used }
    const { maps, serviceIds, memberIds, rings, memberLines, records, ranges, sources } = this
    return { maps, serviceIds, memberIds, rings, memberLines, records, ranges, sources, keys }
  }

  full(key: ServiceKey, message: string): void {
    this.problems.push({ code: 'FULL', path: formatKey(key), message })
  }

  /** What the maps will hold when the plan is applied. Nothing may be drafted after this. */
  finish(): Actual {
    for (const giveBack of this.#giveBack) giveBack()
    const { memberOrders, digests, durations, unsettled } = this
    const { hasher } = this.actual
    return { ...this.filled, hasher, memberOrders, digests, durations, unsettled, leftovers: nothingLeft }
  }
}
