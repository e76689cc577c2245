import { formatWords } from './address.ts'
import type { MutableLeftovers } from './actual.ts'
import { type BucketShape, type Entry, readOverflow, readPlace, shapes, tableOf } from './bucket.ts'
import { LbMapsError } from './error.ts'
import { addressKey, isAddressKey, type KeyHasher, keyText, type ServiceKey } from './key.ts'
import { SERVICE, SERVICE_ADDRESS_ONLY, SERVICE_OWN_SOURCE, SERVICE_WORDS } from './layout.ts'
import type { LbMaps } from './maps.ts'

/** What keys may lead to. */
export interface KeyTargets {
  readonly sources: ReadonlyMap<string, number>
  readonly owns: (service: number) => boolean
}

/** Reads the service tables back: which keys are good, and what is left over of others. */
export class KeyReader {
  readonly #maps: LbMaps
  readonly #hasher: KeyHasher
  readonly #targets: KeyTargets
  readonly #left: MutableLeftovers
  /** How many there are, by table. */
  readonly counts: { services4: number; services6: number } = { services4: 0, services6: 0 }

  constructor(maps: LbMaps, hasher: KeyHasher, targets: KeyTargets, left: MutableLeftovers) {
    this.#maps = maps
    this.#hasher = hasher
    this.#targets = targets
    this.#left = left
  }

  /** Reads both service tables; the services that keys lead to. */
  read(): Set<number> {
    const keyed = new Set<number>()
    for (const shape of shapes) this.#readTable(shape, keyed)
    return keyed
  }

  #readTable(shape: BucketShape, keyed: Set<number>): void {
    const table = tableOf(this.#maps, shape)
    const good: { readonly place: number; readonly entry: Entry }[] = []
    let misplaced = 0
    for (let place = 0; place < table.entries * shape.keys; place++) {
      const entry = readPlace(table, shape, place)
      if (!entry) continue
      const where = this.#whereIs(shape, place, entry.key)
      if (where === 'neither') misplaced++
      if (where === 'neither' || !this.#leadsSomewhere(entry)) this.#left.places.push({ shape, place })
      else good.push({ place, entry })
    }
    if (misplaced > good.length) throw this.#otherKey(shape, misplaced)
    const kept = this.#withoutTwins(shape, good)
    this.#findLoneAddresses(kept.values())
    for (const { service } of kept.values()) if (service < SERVICE_OWN_SOURCE) keyed.add(service)
    this.counts[shape.table] = kept.size
    this.#compareOverflow(shape, kept)
  }

  #whereIs(shape: BucketShape, place: number, key: ServiceKey): 'first' | 'second' | 'neither' {
    const { first, second } = this.#hasher.buckets(key, tableOf(this.#maps, shape).entries)
    const bucket = Math.floor(place / shape.keys)
    return bucket === first ? 'first' : bucket === second ? 'second' : 'neither'
  }

  #leadsSomewhere({ key, service }: Entry): boolean {
    if (service === SERVICE_ADDRESS_ONLY) return isAddressKey(key)
    if (service === SERVICE_OWN_SOURCE)
      return isAddressKey(key) && this.#targets.sources.has(formatWords(key.words, 0, key.family))
    if (service >= this.#maps.services.entries || !this.#targets.owns(service)) return false
    return sameFrontend(this.#maps, service, key)
  }

  /** Addresses whose last service is gone. */
  #findLoneAddresses(kept: Iterable<Entry>): void {
    const entries = [...kept]
    const services = entries.filter(({ service }) => service < SERVICE_OWN_SOURCE)
    const served = new Set(services.map(({ key }) => keyText(addressKey(key.family, key.words))))
    for (const { key, service } of entries) {
      if (service === SERVICE_ADDRESS_ONLY && !served.has(keyText(key))) this.#left.addresses.push(key)
    }
  }

  /** A key that was on its way to its other bucket stands twice: the first choice stays. By key: place and service. */
  #withoutTwins(
    shape: BucketShape,
    all: readonly { readonly place: number; readonly entry: Entry }[],
  ): Map<string, { place: number; key: ServiceKey; service: number }> {
    const kept = new Map<string, { place: number; key: ServiceKey; service: number }>()
    for (const { place, entry } of all) {
      const text = keyText(entry.key)
      const twin = kept.get(text)
      const stays =
        !twin ||
        (this.#whereIs(shape, place, entry.key) === 'first' && this.#whereIs(shape, twin.place, entry.key) !== 'first')
      if (twin) this.#left.places.push({ shape, place: stays ? twin.place : place })
      if (stays) kept.set(text, { place, ...entry })
    }
    return kept
  }

  #compareOverflow(shape: BucketShape, kept: ReadonlyMap<string, { place: number; key: ServiceKey }>): void {
    const table = tableOf(this.#maps, shape)
    const counts = new Uint32Array(table.entries)
    for (const { place, key } of kept.values()) {
      if (this.#whereIs(shape, place, key) === 'second') counts[this.#hasher.buckets(key, table.entries).first]!++
    }
    counts.forEach((count, bucket) => {
      const by = count - readOverflow(table, bucket)
      if (by !== 0) this.#left.overflow.push({ shape, bucket, by })
    })
  }

  #otherKey(shape: BucketShape, misplaced: number): LbMapsError {
    return new LbMapsError(
      'HASH_KEY',
      'read the maps back',
      `${misplaced} keys of ${shape.table} stand where the given hash key does not look for them; ` +
        'use the key they were written with, or remove the pinned maps and start anew',
    )
  }
}

function sameFrontend({ services }: LbMaps, service: number, key: ServiceKey): boolean {
  const at = service * SERVICE_WORDS
  const tail = services.words[at + SERVICE.tail]!
  if (tail >>> 24 !== key.family || (tail & 0xffffff) !== (key.tail & 0xffffff)) return false
  return key.words.every((word, i) => services.words[at + SERVICE.address + i] === word)
}
