import {
  memberCodec,
  memberLineCodec,
  moveLineCodec,
  rangeLineCodec,
  rateLineCodec,
  recordLineCodec,
  ringLineCodec,
  serviceBucket4Codec,
  serviceBucket6Codec,
  serviceCodec,
  sourceCodec,
} from '@skep/datapath/lb-xdp'
import type { HashKey } from './hash.ts'

/** Names of the tables that this package writes, and of one that it reads. */
export const tableNames = [
  'services4',
  'services6',
  'services',
  'rings',
  'moves',
  'memberIds',
  'members',
  'sources',
  'records',
  'ranges',
  'rates',
] as const
export type TableName = (typeof tableNames)[number]

/** Bytes of one entry, by table. */
export const entryBytes: Readonly<Record<TableName, number>> = {
  services4: serviceBucket4Codec.size,
  services6: serviceBucket6Codec.size,
  services: serviceCodec.size,
  rings: ringLineCodec.size,
  moves: moveLineCodec.size,
  memberIds: memberLineCodec.size,
  members: memberCodec.size,
  sources: sourceCodec.size,
  records: recordLineCodec.size,
  ranges: rangeLineCodec.size,
  rates: rateLineCodec.size,
}

/** A mapped array, as numbers of each width that somebody needs. */
export interface Table {
  readonly entries: number
  readonly words: Uint32Array
  readonly longs: BigUint64Array
  readonly shorts: Uint16Array
  /**
   * The 16-bit numbers of a block: `count` entries, a power of two, from a multiple of it on. Of a table of the kernel not more
   * than the block's surroundings are mapped for that.
   */
  block(from: number, count: number): Uint16Array
  /** Bytes of kernel memory that count as this process's; 0 while nobody has used a table of the kernel. */
  readonly mappedBytes?: number
}

/**
 * The datapath's maps as this package sees them: memory, a grace period, and the counters that it starts anew. Real maps
 * and plain buffers are the same to everything above.
 */
export interface LbMaps extends Readonly<Record<TableName, Table>> {
  readonly hashKey: HashKey
  /** Returns when every program that was running has finished. */
  gracePeriod(): void
  /** Sets the packet counters of these member ids to zero. */
  resetCounters(ids: Uint32Array): void
}

/** Entries by table. `services4` and `services6` are powers of two; `rings` and `moves` have equally many. */
export type TableSizes = Readonly<Record<TableName, number>>

/** A table over a buffer that holds at least `entries` of them. */
export function tableOver(name: TableName, buffer: ArrayBuffer, entries: number): Table {
  const bytes = entries * entryBytes[name]
  const shorts = new Uint16Array(buffer, 0, bytes / 2)
  return {
    entries,
    words: new Uint32Array(buffer, 0, bytes / 4),
    longs: new BigUint64Array(buffer, 0, bytes / 8),
    shorts,
    block: (from, count) => blockOf(name, shorts, from, count),
  }
}

/** Some entries among the 16-bit numbers of a table, or of a part of it. */
export function blockOf(name: TableName, shorts: Uint16Array, from: number, count: number): Uint16Array {
  const width = entryBytes[name] / 2
  return shorts.subarray(from * width, (from + count) * width)
}

/** Maps in plain memory: for tests, for planning without a kernel (`skep-lb check`), for sizing. */
export function memoryMaps(sizes: TableSizes, hashKey: HashKey, hooks: Partial<MapHooks> = {}): LbMaps {
  const tables = Object.fromEntries(
    tableNames.map((name) => [name, tableOver(name, new ArrayBuffer(sizes[name] * entryBytes[name]), sizes[name])]),
  ) as Record<TableName, Table>
  return { ...tables, hashKey, gracePeriod: () => undefined, resetCounters: () => undefined, ...hooks }
}

export type MapHooks = Pick<LbMaps, 'gracePeriod' | 'resetCounters'>
