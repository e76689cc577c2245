import { AF_INET, AF_INET6, BUCKET4, BUCKET6, BUCKET_OVERFLOW, BUCKET_WORDS, type Family } from './layout.ts'
import type { LbMaps, Table } from './maps.ts'
import type { ServiceKey } from './key.ts'

/** What stands in one place of a bucket. */
export interface Entry {
  readonly key: ServiceKey
  /** Service id, SERVICE_ADDRESS_ONLY or SERVICE_OWN_SOURCE. */
  readonly service: number
}

/** How one family's buckets are laid out. A place is bucket × keys + index. */
export interface BucketShape {
  readonly table: 'services4' | 'services6'
  readonly family: Family
  readonly keys: number
  /** Word index of the key word that makes a place valid: the even word of the pair that is stored last. */
  keyWord(place: number): number
  /** Word index of the service id. */
  serviceWord(place: number): number
  /** Word index of the address. */
  addressWord(place: number): number
}

const shape4: BucketShape = {
  table: 'services4',
  family: AF_INET,
  keys: BUCKET4.keys,
  keyWord: (place) => (place >>> 2) * BUCKET_WORDS + BUCKET4.key + 2 * (place & 3),
  serviceWord: (place) => (place >>> 2) * BUCKET_WORDS + BUCKET4.service + (place & 3),
  addressWord: (place) => shape4.keyWord(place),
}

const shape6: BucketShape = {
  table: 'services6',
  family: AF_INET6,
  keys: BUCKET6.keys,
  keyWord: (place) => (place >>> 1) * BUCKET_WORDS + BUCKET6.tail + 2 * (place & 1),
  serviceWord: (place) => shape6.keyWord(place),
  addressWord: (place) => (place >>> 1) * BUCKET_WORDS + BUCKET6.address + 4 * (place & 1),
}

/** Both service tables. */
export const shapes: readonly [BucketShape, BucketShape] = [shape4, shape6]

export function shapeOf(family: number): BucketShape {
  return family === AF_INET ? shape4 : shape6
}

export function tableOf(maps: LbMaps, shape: BucketShape): Table {
  return maps[shape.table]
}

/** The entry in a place, or `undefined` when it is free. */
export function readPlace({ words }: Table, shape: BucketShape, place: number): Entry | undefined {
  const tail = words[shape.keyWord(place) + 1]!
  if (tail >>> 24 === 0) return undefined
  const at = shape.addressWord(place)
  const address = new Uint32Array(4)
  address.set(words.subarray(at, at + (shape.family === AF_INET ? 1 : 4)))
  return { key: { family: shape.family, words: address, tail }, service: words[shape.serviceWord(place)]! }
}

/** Does this key stand in this place? The comparison of the datapath, without making an object. */
export function standsIn({ words }: Table, shape: BucketShape, place: number, key: ServiceKey): boolean {
  if (words[shape.keyWord(place) + 1] !== key.tail) return false
  const at = shape.addressWord(place)
  if (shape.family === AF_INET) return words[at] === key.words[0]
  return key.words.every((word, i) => words[at + i] === word)
}

/** How many keys whose first choice is this bucket stand in their second. The datapath asks only whether it is zero. */
export function readOverflow({ words }: Table, bucket: number): number {
  return words[bucket * BUCKET_WORDS + BUCKET_OVERFLOW]!
}
