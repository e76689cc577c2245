import type { FollowStatus } from '../follow/status.ts'
import type { KubeObject } from '../objects/kinds.ts'
import { keyOf } from '../objects/parse.ts'
import type { Change } from './change.ts'
import { type Index, type IndexBy, ObjectIndex } from './index-of.ts'
import { Reader } from './reader.ts'
import { sameObject } from './same.ts'
import type { Store } from './store.ts'
import { roundsOf } from './rounds.ts'

/** A store with the methods to fill it. */
export class ObjectStore<T extends KubeObject> implements Store<T> {
  readonly kind: T['kind']
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<IndexBy<T>, ObjectIndex<T>>()
  readonly #readers = new Set<Reader<T>>()
  readonly #whenSynced = Promise.withResolvers<void>()
  readonly #status: () => FollowStatus
  #synced = false
  #ended = false

  constructor(kind: T['kind'], status: () => FollowStatus) {
    this.kind = kind
    this.#status = status
    this.#whenSynced.promise.catch(() => undefined)
  }

  get synced(): boolean {
    return this.#synced
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  values(): Iterable<T> {
    return this.#objects.values()
  }

  status(): FollowStatus {
    return this.#status()
  }

  index(by: IndexBy<T>): Index<T> {
    const index = this.#indexes.get(by) ?? new ObjectIndex(by, this.#objects)
    this.#indexes.set(by, index)
    return index
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    return signal === undefined ? this.#whenSynced.promise : unlessAborted(this.#whenSynced.promise, signal)
  }

  async *rounds(options: { signal?: AbortSignal } = {}): AsyncGenerator<readonly Change<T>[]> {
    for await (const [changes] of roundsOf<T>([this], options.signal)) yield changes!
  }

  reader(wake: () => void): Reader<T> {
    const reader = new Reader<T>({
      current: this.#objects,
      synced: () => this.#synced,
      ended: () => this.#ended,
      wake,
      close: (closed) => this.#readers.delete(closed),
    })
    this.#readers.add(reader)
    return reader
  }

  /** Takes an object as it is now. */
  put(object: T): void {
    const key = keyOf(object)
    const before = this.#objects.get(key)
    this.#set(key, before, object)
    if (before === undefined || !sameObject(before, object)) this.#note(key, before)
  }

  /** The object is gone. */
  remove(key: string): void {
    const before = this.#objects.get(key)
    if (before === undefined) return
    this.#set(key, before, undefined)
    this.#note(key, before)
  }

  /** Takes all objects as they are now: what is not among them, and not to be kept, is gone. The store is synced from then on. */
  replace(objects: ReadonlyMap<string, T>, keep: ReadonlySet<string> | 'all' = new Set()): void {
    if (keep !== 'all')
      for (const key of this.#objects.keys()) if (!objects.has(key) && !keep.has(key)) this.remove(key)
    for (const object of objects.values()) this.put(object)
    this.#synced = true
    this.#whenSynced.resolve()
    for (const reader of this.#readers) reader.wake()
  }

  /** Readers end. The objects stay. */
  end(reason: Error): void {
    this.#ended = true
    this.#whenSynced.reject(reason)
    for (const reader of this.#readers) reader.wake()
  }

  #set(key: string, before: T | undefined, after: T | undefined): void {
    if (after === undefined) this.#objects.delete(key)
    else this.#objects.set(key, after)
    for (const index of this.#indexes.values()) index.change(key, before, after)
  }

  #note(key: string, before: T | undefined): void {
    for (const reader of this.#readers) {
      reader.note(key, before)
      reader.wake()
    }
  }
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
}
