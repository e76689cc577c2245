import { type BucketShape, type Entry, readOverflow } from './bucket.ts'
import { DraftedPlaces, type Insert } from './drafted-places.ts'
import type { KeyHasher, ServiceKey } from './key.ts'
import { SERVICE_OWN_SOURCE } from './layout.ts'
import type { LbMaps } from './maps.ts'
import { roomPath } from './room-path.ts'
import type { Step } from './steps.ts'

/**
 * Changes to one service table, worked out on paper. Steps fall into rounds with a grace period between one and the next:
 * a place that is cleared in round r is written again in round r + 1 at the earliest, and a key that makes room for
 * another is copied to its other bucket in round r, cleared in r + 1, its old place written in r + 2. So whoever looks, at
 * any time, finds every key that is not itself being added or removed, with its own service.
 */
export class TableDraft {
  readonly shape: BucketShape
  readonly #places: DraftedPlaces
  readonly #inserts: Insert[] = []
  readonly #clears: { readonly round: number; readonly place: number }[] = []
  readonly #overflow: { readonly round: number; readonly bucket: number; readonly by: number }[] = []
  #used: number

  constructor(maps: LbMaps, shape: BucketShape, hasher: KeyHasher, used: number) {
    this.shape = shape
    this.#places = new DraftedPlaces(maps, shape, hasher)
    this.#used = used
  }

  /** Keys in the table when the plan is done. */
  get used(): number {
    return this.#used
  }

  /** Rounds that hold a step; 0 when nothing changes. */
  get rounds(): number {
    const all = [...this.#inserts, ...this.#clears, ...this.#overflow]
    return all.reduce((most, { round }) => Math.max(most, round + 1), 0)
  }

  find(key: ServiceKey): { readonly place: number; readonly service: number } | undefined {
    return this.#places.find(key)
  }

  /** Takes a key out in the first round; false when it is not there. */
  remove(key: ServiceKey): boolean {
    const found = this.find(key)
    if (!found) return false
    this.#clear(found.place, 0)
    const buckets = this.#places.buckets(key)
    if (this.#places.bucketOf(found.place) !== buckets.first)
      this.#overflow.push({ round: 0, bucket: buckets.first, by: -1 })
    this.#used--
    return true
  }

  /** Takes a stray copy of a key, or one that is in nobody's way, out of its place without touching any count. */
  removeStray(place: number): void {
    this.#clear(place, 0)
  }

  /** Sets a bucket's count to what it should be. */
  repairOverflow(bucket: number, by: number): void {
    this.#overflow.push({ round: 0, bucket, by })
  }

  /**
   * Leads a key that stays to another service, at a time that the caller gives the step: before all others when nothing is
   * inserted yet, after all others when nothing more will be.
   */
  change(key: ServiceKey, service: number): Step {
    const found = this.find(key)
    if (!found) throw new Error('a key that is not in the table cannot change')
    const entry: Entry = { key, service }
    this.#places.set(found.place, { entry, ready: 0 })
    return { do: 'set-key-service', shape: this.shape, place: found.place, ...entry }
  }

  /**
   * Puts a new key into the table, not before `round`. The round in which it becomes visible, or `undefined` when no place
   * can be made for it.
   */
  insert(key: ServiceKey, service: number, round: number): number | undefined {
    const entry: Entry = { key, service }
    const place = this.#places.free(key, round) ?? this.#makeRoom(key, round)
    if (place === undefined) return undefined
    this.#used++
    return this.#put(entry, place, Math.max(round, this.#places.at(place).ready), false).round
  }

  /** The steps of a round. To be asked before any of them is applied. */
  steps(round: number): Step[] {
    return [...this.firstSteps(round), ...this.lastSteps(round)]
  }

  /** Counts up, and own addresses, which have to be known before anything is sent from them. */
  firstSteps(round: number): Step[] {
    return [
      ...this.#overflowSteps(round, (by) => by > 0),
      ...this.#insertSteps(round, ({ service }) => service === SERVICE_OWN_SOURCE),
    ]
  }

  /** Keys in, keys out, counts down. */
  lastSteps(round: number): Step[] {
    const { shape } = this
    return [
      ...this.#insertSteps(round, ({ service }) => service !== SERVICE_OWN_SOURCE),
      ...this.#clears
        .filter((clear) => clear.round === round)
        .map(({ place }): Step => ({ do: 'clear-key', shape, place })),
      ...this.#overflowSteps(round, (by) => by < 0),
    ]
  }

  #insertSteps(round: number, which: (entry: Entry) => boolean): Step[] {
    const { shape } = this
    return this.#inserts
      .filter((insert) => insert.round === round && which(insert.entry))
      .map(({ place, entry }): Step => ({ do: 'insert-key', shape, place, ...entry }))
  }

  /** Counts after this round (and, for the ups, before its downs). */
  #overflowSteps(round: number, which: (by: number) => boolean): Step[] {
    const counts = new Map<number, number>()
    const touched = new Set<number>()
    for (const { round: at, bucket, by } of this.#overflow) {
      if (at === round && which(by)) touched.add(bucket)
      const counted = at < round || (at === round && (by > 0 || which(by)))
      if (counted) counts.set(bucket, (counts.get(bucket) ?? 0) + by)
    }
    return [...touched].map((bucket): Step => {
      const count = readOverflow(this.#places.table, bucket) + (counts.get(bucket) ?? 0)
      return { do: 'set-overflow', shape: this.shape, bucket, count }
    })
  }

  /** Cheapest first: keys that no one sees yet move for nothing; a place that is being cleared; keys in use move last. */
  #makeRoom(key: ServiceKey, round: number): number | undefined {
    const unseen = roomPath(this.#places, key, round)
    if (unseen) return this.#walk(unseen, round)
    const cleared = this.#places.free(key, Infinity)
    if (cleared !== undefined) return cleared
    const path = roomPath(this.#places, key, Infinity)
    return path && this.#walk(path, round)
  }

  /** Moves the occupants along a path, the last one first; the first place is free then. */
  #walk(path: readonly number[], round: number): number {
    for (let i = path.length - 2; i >= 0; i--) this.#move(path[i]!, path[i + 1]!, round)
    return path[0]!
  }

  #move(from: number, to: number, round: number): void {
    const { entry, insert } = this.#places.at(from)
    if (!entry) throw new Error('a free place has nothing to move')
    if (insert) this.#redirect(insert, to)
    else {
      const copy = this.#put(entry, to, Math.max(round, this.#places.at(to).ready), true)
      this.#clear(from, copy.round + 1)
      this.#countMove(entry.key, to, copy.round)
    }
  }

  /** A key in use goes to its second choice, which has to be known before; or back to its first. */
  #countMove(key: ServiceKey, to: number, round: number): void {
    const { first } = this.#places.buckets(key)
    if (this.#places.bucketOf(to) === first) this.#overflow.push({ round: round + 1, bucket: first, by: -1 })
  }

  /** A key that this plan was going to put at one place goes to another. */
  #redirect(insert: Insert, to: number): void {
    const { first } = this.#places.buckets(insert.entry.key)
    const goesToSecond = this.#places.bucketOf(to) !== first
    this.#overflow.push({ round: insert.round, bucket: first, by: goesToSecond ? 1 : -1 })
    this.#places.set(insert.place, { ready: insert.before })
    insert.before = this.#places.at(to).ready
    insert.place = to
    this.#places.set(to, { entry: insert.entry, ready: 0, insert })
  }

  #put(entry: Entry, place: number, round: number, isCopy: boolean): Insert {
    const insert: Insert = { round, place, entry, before: this.#places.at(place).ready, isCopy }
    this.#inserts.push(insert)
    const { first } = this.#places.buckets(entry.key)
    if (this.#places.bucketOf(place) !== first) this.#overflow.push({ round, bucket: first, by: 1 })
    this.#places.set(place, { entry, ready: 0, insert })
    return insert
  }

  #clear(place: number, round: number): void {
    this.#clears.push({ round, place })
    this.#places.set(place, { ready: round + 1 })
  }
}
