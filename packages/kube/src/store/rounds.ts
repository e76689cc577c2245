import type { KubeObject } from '../objects/kinds.ts'
import type { Change } from './change.ts'
import type { Reader } from './reader.ts'

/** What a store lets one read from. */
export interface Readable<T extends KubeObject> {
  reader(wake: () => void): Reader<T>
}

/** Rounds of changes over several stores: the first once all are synced, the next ones whenever something is pending in any. */
export async function* roundsOf<T extends KubeObject>(
  stores: readonly Readable<T>[],
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Change<T>[][]> {
  const bell = new Bell()
  const ring = (): void => bell.ring()
  const readers = stores.map((store) => store.reader(ring))
  const ended = (): boolean => signal?.aborted === true || readers.some((reader) => reader.ended)
  const synced = (): boolean => readers.every((reader) => reader.synced)
  const pending = (): boolean => readers.some((reader) => reader.pending > 0)
  signal?.addEventListener('abort', ring)
  try {
    for (let first = true; ; first = false) {
      await bell.until(() => ended() || (synced() && (first || pending())))
      if (ended()) return
      yield readers.map((reader) => reader.take())
    }
  } finally {
    signal?.removeEventListener('abort', ring)
    for (const reader of readers) reader[Symbol.dispose]()
  }
}

/** Wakes one who waits; several rings before it has looked are one. */
class Bell {
  #wake: (() => void) | undefined

  ring(): void {
    this.#wake?.()
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds())
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }
}
