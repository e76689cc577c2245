import type { KubeObject } from '../objects/kinds.ts'
import { type Change, changeOf } from './change.ts'

/** What a reader is told about its store. */
export interface Read<T extends KubeObject> {
  readonly current: ReadonlyMap<string, T>
  synced(): boolean
  ended(): boolean
  /** Called when there may be something to take, or the store has ended. */
  wake(): void
  close(reader: Reader<T>): void
}

/**
 * What one reader has not seen yet. It holds the state that the reader saw last, of each object that changed since:
 * however slow the reader is, that is never more than the objects that there were and are.
 */
export class Reader<T extends KubeObject> implements Disposable {
  readonly #read: Read<T>
  readonly #before = new Map<string, T | undefined>()

  constructor(read: Read<T>) {
    this.#read = read
    for (const key of read.current.keys()) this.#before.set(key, undefined)
  }

  /** There is nothing to take before. */
  get synced(): boolean {
    return this.#read.synced()
  }

  /** The source was closed: what is pending can be taken, and no more comes. */
  get ended(): boolean {
    return this.#read.ended()
  }

  /** How many objects have changed since the last {@link take}. */
  get pending(): number {
    return this.#before.size
  }

  /** All changes since the last call; at first, every object as added. */
  take(): Change<T>[] {
    if (!this.synced) return []
    const changes: Change<T>[] = []
    for (const [key, before] of this.#before) {
      const change = changeOf(key, before, this.#read.current.get(key))
      if (change) changes.push(change)
    }
    this.#before.clear()
    return changes
  }

  /** An object has changed: what it was before. Called by the store. */
  note(key: string, before: T | undefined): void {
    if (!this.#before.has(key)) this.#before.set(key, before)
    else if (this.#before.get(key) === undefined && !this.#read.current.has(key)) this.#before.delete(key)
  }

  wake(): void {
    this.#read.wake()
  }

  [Symbol.dispose](): void {
    this.#read.close(this)
  }
}
