import type { BlockPool } from './blocks.ts'
import type { BucketShape } from './bucket.ts'
import type { IdPool } from './ids.ts'
import type { KeyHasher, ServiceKey } from './key.ts'
import type { LbMaps } from './maps.ts'

/** Order of a service that has no member lines. */
export const NO_BLOCK: number = -1

/** What a killed run left behind, to be cleaned up by the next plan. */
export interface Leftovers {
  /** Places of the service tables whose entry leads nowhere, or stands there twice. */
  readonly places: readonly { readonly shape: BucketShape; readonly place: number }[]
  /** Overflow counts that are off, with the difference. */
  readonly overflow: readonly { readonly shape: BucketShape; readonly bucket: number; readonly by: number }[]
  /** Services that no key leads to; what they own is still theirs. */
  readonly services: readonly number[]
  /** Services whose ring or lines belong to another one: nothing but the record goes. */
  readonly impostors: readonly number[]
  /** Members that stand in no service's lines. */
  readonly members: readonly number[]
  /** Words of `memberIds` inside a service's lines that name no member of it. */
  readonly entries: readonly number[]
  /** Services whose records belong to another one, or to nobody. */
  readonly records: readonly number[]
  /** Services whose ranges belong to another one, or to nobody. */
  readonly ranges: readonly number[]
  /** Own addresses that no key leads to. */
  readonly sources: readonly number[]
  /** Addresses in the service tables that have no service any more. */
  readonly addresses: readonly ServiceKey[]
}

/**
 * What is in the maps, as a plan needs to know it: who owns which id, line and place. Everything else is read from the maps
 * themselves. A plan makes a new one and leaves this one alone.
 */
export interface Actual {
  readonly maps: LbMaps
  readonly hasher: KeyHasher
  readonly serviceIds: IdPool
  readonly memberIds: IdPool
  readonly rings: BlockPool
  readonly memberLines: BlockPool
  readonly records: BlockPool
  readonly ranges: BlockPool
  /** By service id: order of its block of member lines, or NO_BLOCK. */
  readonly memberOrders: Int8Array
  /** By service id, two halves each: digest of the input that it was made from; zero when that is not known. */
  readonly digests: Uint32Array
  /** By service id: seconds that MOVE and HARVEST last; zeros when that is not known. */
  readonly durations: Uint32Array
  /** Services of which something is to be done when time has passed: slots move, members drain, or there are records. */
  readonly unsettled: ReadonlySet<number>
  /** Own addresses by text, with their index. They stay when unused: connections may still carry them. */
  readonly sources: ReadonlyMap<string, number>
  /** Keys in each service table. */
  readonly keys: Readonly<Record<'services4' | 'services6', number>>
  readonly leftovers: Leftovers
}

export type MutableLeftovers = { -readonly [K in keyof Leftovers]: Leftovers[K][number][] }

/** Lists to be filled. */
export function noLeftovers(): MutableLeftovers {
  return {
    places: [],
    overflow: [],
    services: [],
    impostors: [],
    members: [],
    entries: [],
    records: [],
    ranges: [],
    sources: [],
    addresses: [],
  }
}

export const nothingLeft: Leftovers = noLeftovers()

/** Did a run before this one stop half-way? */
export function hasLeftovers({ leftovers }: Actual): boolean {
  return Object.values(leftovers).some((list) => list.length > 0)
}
