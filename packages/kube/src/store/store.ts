import type { KubeObject } from '../objects/kinds.ts'
import type { FollowStatus } from '../follow/status.ts'
import type { Change } from './change.ts'
import type { Index, IndexBy } from './index-of.ts'
import type { Reader } from './reader.ts'

/** All objects of one kind, kept up to date by whoever made it. */
export interface Store<T extends KubeObject> {
  readonly kind: T['kind']
  /** Whether all objects have been seen once. It stays so when their source is lost: the last state that is known counts. */
  readonly synced: boolean
  readonly size: number
  /** By `namespace/name`, or by the name of what belongs to no namespace. */
  get(key: string): T | undefined
  /** In no order. */
  values(): Iterable<T>
  /** An index that is kept up to date from now on. Asked again with the same function, it is the same one. */
  index(by: IndexBy<T>): Index<T>
  /** Resolves once it is synced; rejects with the reason of the signal. */
  whenSynced(signal?: AbortSignal): Promise<void>
  /**
   * Rounds of changes, for one reader; there may be many. The first round comes once the store is synced, and has every object as added.
   * Each later one has all that changed since the reader took the one before: a slow reader gets fewer rounds, with the last state of each object.
   * Ends with the signal, or with the source.
   */
  rounds(options?: { readonly signal?: AbortSignal }): AsyncIterable<readonly Change<T>[]>
  /** What changes, for a loop of one's own: `wake` is called when there may be something to take. To be disposed of. */
  reader(wake: () => void): Reader<T>
  /** How following goes: since when, how old the state is, what could not be read. */
  status(): FollowStatus
}
