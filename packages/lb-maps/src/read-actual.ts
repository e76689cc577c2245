import { formatWords } from './address.ts'
import { type Actual, type MutableLeftovers, NO_BLOCK, noLeftovers } from './actual.ts'
import { BlockPool, orderFor } from './blocks.ts'
import { type BucketShape, type Entry, readOverflow, readPlace, shapes, tableOf } from './bucket.ts'
import { LbMapsError } from './error.ts'
import { IdPool } from './ids.ts'
import { addressKey, isAddressKey, KeyHasher, keyText, type ServiceKey } from './key.ts'
import {
  AF_INET,
  AF_INET6,
  MEMBER,
  MEMBER_BLOCK_END,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  MEMBERS_PER_SERVICE,
  SERVICE,
  SERVICE_ADDRESS_ONLY,
  SERVICE_OWN_SOURCE,
  SERVICE_WORDS,
  SOURCE_WORDS,
  NO_MEMBER_LINES,
  RING_LINE_SLOTS,
} from './layout.ts'
import { findKey, memberDrains, memberIsUsed, ringOf, ringSlots } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { remembersMoves } from './modes.ts'
import { rangesOf } from './ranges.ts'
import { recordsOf } from './records.ts'
import { isMoving } from './slots.ts'

/**
 * Reads back what an earlier run wrote, also if it was killed between two stores: what is published stays as it is, ids
 * included, and what was being written or taken away is listed as left over. Waits for one grace period, after which
 * nothing that is not listed as owned is in use. Throws HASH_KEY when the maps were filled under another key.
 */
export function readActual(maps: LbMaps): Actual {
  maps.gracePeriod()
  return new MapReader(maps).read()
}

class MapReader {
  readonly #maps: LbMaps
  readonly #hasher: KeyHasher
  readonly #left: MutableLeftovers = noLeftovers()
  readonly #keys = { services4: 0, services6: 0 }
  readonly #rings: BlockPool
  readonly #memberLines: BlockPool
  readonly #records: BlockPool
  readonly #ranges: BlockPool
  readonly #unsettled = new Set<number>()
  readonly #memberOrders: Int8Array
  /** Services that own their ring and lines. */
  readonly #owners: Uint8Array
  /** Members that stand in their service's lines. */
  readonly #linked: Uint8Array
  readonly #sources: ReadonlyMap<string, number>

  constructor(maps: LbMaps) {
    this.#maps = maps
    this.#hasher = new KeyHasher(maps.hashKey)
    this.#rings = BlockPool.empty(maps.rings.entries)
    this.#memberLines = BlockPool.empty(maps.memberIds.entries)
    this.#records = BlockPool.empty(maps.records.entries)
    this.#ranges = BlockPool.empty(maps.ranges.entries)
    this.#memberOrders = new Int8Array(maps.services.entries).fill(NO_BLOCK)
    this.#owners = new Uint8Array(maps.services.entries)
    this.#linked = new Uint8Array(maps.members.entries)
    this.#sources = this.#readSources()
  }

  read(): Actual {
    const maps = this.#maps
    for (let id = 1; id < maps.services.entries; id++) if (this.#isService(id)) this.#claimService(id)
    const keyed = this.#readTables()
    for (let id = 1; id < maps.services.entries; id++) {
      if (!this.#isService(id) || keyed.has(id)) continue
      if (this.#owners[id] === 1) this.#left.services.push(id)
      else this.#left.impostors.push(id)
    }
    for (let id = 1; id < maps.members.entries; id++) {
      if (memberIsUsed(maps, id) && this.#linked[id] === 0) this.#left.members.push(id)
    }
    return {
      maps,
      hasher: this.#hasher,
      serviceIds: IdPool.adopt(maps.services.entries, (id) => this.#isService(id)),
      memberIds: IdPool.adopt(maps.members.entries, (id) => memberIsUsed(maps, id), this.#isPristine()),
      rings: this.#rings,
      memberLines: this.#memberLines,
      records: this.#records,
      ranges: this.#ranges,
      memberOrders: this.#memberOrders,
      digests: new Uint32Array(2 * maps.services.entries),
      durations: new Uint32Array(2 * maps.services.entries),
      unsettled: this.#unsettled,
      sources: this.#sources,
      keys: this.#keys,
      leftovers: this.#left,
    }
  }

  /** Has no service ever been here? Each leaves its generation behind. */
  #isPristine(): boolean {
    const { words, entries } = this.#maps.services
    for (let id = 1; id < entries; id++) if (words[id * SERVICE_WORDS + SERVICE.flags] !== 0) return false
    return true
  }

  #isService(id: number): boolean {
    return this.#maps.services.words[id * SERVICE_WORDS + SERVICE.tail]! >>> 24 !== 0
  }

  /** A service's ring and member lines are its own, unless somebody else has them: then it owns nothing and will go. */
  #claimService(id: number): void {
    const ring = ringOf(this.#maps, id)
    const ringOrder = ring && orderFor((1 << ring.log2) / RING_LINE_SLOTS)
    if (ring && !this.#rings.claim(ring.base, ringOrder!)) return
    if (this.#claimLines(id)) {
      this.#owners[id] = 1
      this.#claimRecords(id)
      this.#claimRanges(id)
    } else if (ring) this.#rings.give(ring.base, ringOrder!)
  }

  #claimLines(id: number): boolean {
    const { memberIds, services } = this.#maps
    const base = services.words[id * SERVICE_WORDS + SERVICE.members]!
    if (base === NO_MEMBER_LINES) return true
    const start = base * MEMBER_LINE_IDS
    const length = memberIds.words.subarray(start, start + MEMBERS_PER_SERVICE + 1).indexOf(MEMBER_BLOCK_END) + 1
    const order = Math.log2(length / MEMBER_LINE_IDS)
    if (!Number.isInteger(order) || order < 0 || !this.#memberLines.claim(base, order)) return false
    this.#memberOrders[id] = order
    for (let at = start; at < start + length - 1; at++) {
      if (memberIds.words[at] !== 0 && !this.#link(memberIds.words[at]!, id)) this.#left.entries.push(at)
    }
    return true
  }

  #claimRecords(id: number): void {
    const block = recordsOf(this.#maps, id)
    if (block && !this.#records.claim(block.base, block.order)) this.#left.records.push(id)
    if (block || this.#hasUnsettledSlots(id)) this.#unsettled.add(id)
  }

  #claimRanges(id: number): void {
    const block = rangesOf(this.#maps, id)
    if (block && !this.#ranges.claim(block.base, block.order)) this.#left.ranges.push(id)
  }

  #hasUnsettledSlots(id: number): boolean {
    const flags = this.#maps.services.words[id * SERVICE_WORDS + SERVICE.flags]!
    const ring = remembersMoves(flags) ? ringOf(this.#maps, id) : undefined
    return ring !== undefined && isMoving(ringSlots(this.#maps, ring))
  }

  #link(member: number, service: number): boolean {
    if (member >= this.#maps.members.entries || this.#linked[member] !== 0) return false
    if (!memberIsUsed(this.#maps, member)) return false
    if (this.#maps.members.words[member * MEMBER_WORDS + MEMBER.service] !== service) return false
    this.#linked[member] = 1
    if (memberDrains(this.#maps, member)) this.#unsettled.add(service)
    return true
  }

  /** Reads both service tables; the services that keys lead to. */
  #readTables(): Set<number> {
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
    this.#keys[shape.table] = kept.size
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
      return isAddressKey(key) && this.#sources.has(formatWords(key.words, 0, key.family))
    if (service >= this.#maps.services.entries || this.#owners[service] === 0) return false
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

  /** Own addresses that a key leads to; a record without one was being written, or zeroed. */
  #readSources(): Map<string, number> {
    const { sources } = this.#maps
    const found = new Map<string, number>()
    for (let index = 1; index < sources.entries; index++) {
      const words = sources.words.slice(index * SOURCE_WORDS, (index + 1) * SOURCE_WORDS)
      for (const family of [AF_INET, AF_INET6] as const) {
        if (findKey(this.#maps, this.#hasher, addressKey(family, words))?.service !== SERVICE_OWN_SOURCE) continue
        const text = formatWords(words, 0, family)
        if (!found.has(text)) found.set(text, index)
      }
      const isOwned = [...found.values()].includes(index)
      if (!isOwned && words.some((word) => word !== 0)) this.#left.sources.push(index)
    }
    return found
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
