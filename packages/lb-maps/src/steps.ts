import type { BucketShape } from './bucket.ts'
import type { ServiceKey } from './key.ts'
import type { Ring } from './lookup.ts'
import type { Columns } from './maglev.ts'

/**
 * One write into the maps. `apply` does them in order and needs to know nothing else; bulk data stands in typed arrays.
 * Indexes are entries of the named table unless said otherwise.
 */
export type Step =
  /** Waits until no running program can still see what was taken away before. */
  | { readonly do: 'grace' }
  | { readonly do: 'write-source'; readonly index: number; readonly words: Uint32Array }
  | { readonly do: 'reset-counters'; readonly ids: Uint32Array }
  /** Eight words a member. */
  | { readonly do: 'write-members'; readonly ids: Uint32Array; readonly words: Uint32Array }
  | { readonly do: 'set-member-source'; readonly id: number; readonly source: number }
  /** A whole block of member lines that nobody reads yet. */
  | { readonly do: 'write-member-block'; readonly base: number; readonly ids: Uint32Array }
  /** Single numbers of a block in use; `at` in 32-bit words of `memberIds`. */
  | { readonly do: 'set-member-ids'; readonly at: Uint32Array; readonly ids: Uint32Array }
  /** Draining, or a backend again. */
  | { readonly do: 'set-member-used'; readonly id: number; readonly used: number }
  /** A whole ring that nobody reads yet. */
  | { readonly do: 'write-ring'; readonly base: number; readonly slots: Uint16Array }
  /** The same, filled by Maglev where it stands; `numbers` by row. */
  | {
      readonly do: 'fill-ring'
      readonly base: number
      readonly size: number
      readonly backends: Columns
      readonly numbers: Uint16Array
    }
  /** Who had slots, and since when they change hands; `at` in 16-bit numbers of the ring's moves. Before `set-slots` says so. */
  | {
      readonly do: 'set-moves'
      readonly ring: Ring
      readonly at: Uint32Array
      readonly previous: Uint16Array
      readonly since: Uint16Array
    }
  /** Single slots of a ring in use; `at` in its slots. */
  | { readonly do: 'set-slots'; readonly ring: Ring; readonly at: Uint32Array; readonly numbers: Uint16Array }
  /** Everything of a service but ring and members; nobody reads it yet. */
  | { readonly do: 'write-service'; readonly id: number; readonly words: Uint32Array }
  /** Ring and members of a service, in one store. */
  | { readonly do: 'publish-service'; readonly id: number; readonly ring: number; readonly members: number }
  /** One word of a service in use. */
  | { readonly do: 'set-service'; readonly id: number; readonly word: number; readonly value: number }
  /** The limit of a service in use, in one store. */
  | { readonly do: 'set-limit'; readonly id: number; readonly limit: bigint }
  /** A whole block of ranges that nobody reads yet; two words a bound. */
  | { readonly do: 'write-ranges'; readonly base: number; readonly words: BigUint64Array }
  /** Takes records away that still are what they were: `at` in 64-bit words of `records`. */
  | { readonly do: 'clear-records'; readonly at: Uint32Array; readonly words: BigUint64Array }
  /** Takes all records of some member numbers away from a block of lines. */
  | {
      readonly do: 'drop-records'
      readonly base: number
      readonly lines: number
      readonly numbers: ReadonlySet<number>
    }
  | { readonly do: 'set-overflow'; readonly shape: BucketShape; readonly bucket: number; readonly count: number }
  /** Value, then the key that makes it valid. */
  | {
      readonly do: 'insert-key'
      readonly shape: BucketShape
      readonly place: number
      readonly key: ServiceKey
      readonly service: number
    }
  /** Another service for a key that stays. */
  | {
      readonly do: 'set-key-service'
      readonly shape: BucketShape
      readonly place: number
      readonly key: ServiceKey
      readonly service: number
    }
  | { readonly do: 'clear-key'; readonly shape: BucketShape; readonly place: number }
  /** Zeroes what was freed. A service keeps its generation. */
  | {
      readonly do: 'zero'
      readonly table: 'rings' | 'moves' | 'memberIds' | 'sources' | 'records' | 'ranges'
      readonly at: number
      readonly entries: number
    }
  | { readonly do: 'zero-members'; readonly ids: Uint32Array }
  | { readonly do: 'zero-service'; readonly id: number }
