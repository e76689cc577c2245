import { type BucketShape, type Entry, readPlace, standsIn, tableOf } from './bucket.ts'
import { type Buckets, type KeyHasher, type ServiceKey, sameKey } from './key.ts'
import type { LbMaps, Table } from './maps.ts'

/** A place as the plan leaves it. */
export interface Place {
  readonly entry?: Entry
  /** The round from which on the place may be written again (0: at once). */
  readonly ready: number
  /** The key is put here by this plan, and the record says when. */
  readonly insert?: Insert
}

/** A key that a plan puts somewhere. */
export interface Insert {
  round: number
  place: number
  readonly entry: Entry
  /** Ready value of the place before this key came. */
  before: number
  /** The copy of a key that already stands elsewhere: bound to the clearing of its old place. */
  readonly isCopy: boolean
}

/** The places of one service table: as they are, with those over it that a plan changes. */
export class DraftedPlaces {
  readonly shape: BucketShape
  readonly table: Table
  readonly #hasher: KeyHasher
  readonly #drafted = new Map<number, Place>()

  constructor(maps: LbMaps, shape: BucketShape, hasher: KeyHasher) {
    this.shape = shape
    this.table = tableOf(maps, shape)
    this.#hasher = hasher
  }

  at(place: number): Place {
    const drafted = this.#drafted.get(place)
    if (drafted) return drafted
    const entry = readPlace(this.table, this.shape, place)
    return entry ? { entry, ready: 0 } : { ready: 0 }
  }

  set(place: number, drafted: Place): void {
    this.#drafted.set(place, drafted)
  }

  buckets(key: ServiceKey): Buckets {
    return this.#hasher.buckets(key, this.table.entries)
  }

  bucketOf(place: number): number {
    return Math.floor(place / this.shape.keys)
  }

  find(key: ServiceKey): { readonly place: number; readonly service: number } | undefined {
    const { first, second } = this.buckets(key)
    return this.#findIn(first, key) ?? (second === first ? undefined : this.#findIn(second, key))
  }

  /** A place in the first bucket, or else the second, that is free in this round. */
  free(key: ServiceKey, round: number): number | undefined {
    const { first, second } = this.buckets(key)
    return this.freeIn(first, round) ?? this.freeIn(second, round)
  }

  freeIn(bucket: number, round: number): number | undefined {
    for (let place = bucket * this.shape.keys; place < (bucket + 1) * this.shape.keys; place++) {
      const { entry, ready } = this.at(place)
      if (!entry && ready <= round) return place
    }
    return undefined
  }

  #findIn(bucket: number, key: ServiceKey): { place: number; service: number } | undefined {
    for (let place = bucket * this.shape.keys; place < (bucket + 1) * this.shape.keys; place++) {
      const drafted = this.#drafted.get(place)
      if (drafted) {
        if (drafted.entry && sameKey(drafted.entry.key, key)) return { place, service: drafted.entry.service }
      } else if (standsIn(this.table, this.shape, place, key)) {
        return { place, service: this.table.words[this.shape.serviceWord(place)]! }
      }
    }
    return undefined
  }
}
