import { type Actual, type MutableLeftovers, noLeftovers } from './actual.ts'
import { formatWords } from './address.ts'
import { IdPool } from './ids.ts'
import { addressKey, KeyHasher } from './key.ts'
import { KeyReader } from './key-reader.ts'
import { AF_INET, AF_INET6, SERVICE, SERVICE_OWN_SOURCE, SERVICE_WORDS, SOURCE_WORDS } from './layout.ts'
import { findKey, memberIsUsed } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { ServiceClaims } from './service-claims.ts'

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
  readonly #claims: ServiceClaims

  constructor(maps: LbMaps) {
    this.#maps = maps
    this.#hasher = new KeyHasher(maps.hashKey)
    this.#claims = new ServiceClaims(maps, this.#left)
  }

  read(): Actual {
    const maps = this.#maps
    const claims = this.#claims
    const sources = this.#readSources()
    for (let id = 1; id < maps.services.entries; id++) if (this.#isService(id)) claims.claim(id)
    const keys = new KeyReader(maps, this.#hasher, { sources, owns: (id) => claims.owns(id) }, this.#left)
    this.#findUnowned(keys.read())
    return {
      maps,
      hasher: this.#hasher,
      serviceIds: IdPool.adopt(maps.services.entries, (id) => this.#isService(id)),
      memberIds: IdPool.adopt(maps.members.entries, (id) => memberIsUsed(maps, id), this.#isPristine()),
      rings: claims.rings,
      memberLines: claims.memberLines,
      records: claims.records,
      ranges: claims.ranges,
      memberOrders: claims.memberOrders,
      digests: new Uint32Array(2 * maps.services.entries),
      durations: new Uint32Array(2 * maps.services.entries),
      unsettled: claims.unsettled,
      sources,
      keys: keys.counts,
      leftovers: this.#left,
    }
  }

  /** Services that no key leads to, and members of none. */
  #findUnowned(keyed: ReadonlySet<number>): void {
    const maps = this.#maps
    for (let id = 1; id < maps.services.entries; id++) {
      if (!this.#isService(id) || keyed.has(id)) continue
      if (this.#claims.owns(id)) this.#left.services.push(id)
      else this.#left.impostors.push(id)
    }
    for (let id = 1; id < maps.members.entries; id++) {
      if (memberIsUsed(maps, id) && !this.#claims.isLinked(id)) this.#left.members.push(id)
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
}
