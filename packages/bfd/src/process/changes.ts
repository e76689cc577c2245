/** A slow reader is told no more than so many in a row; older ones are left out. */
const MOST = 1024

/** One source of changes, any number of readers. */
export class Changes<T> {
  readonly #readers = new Set<{ readonly queue: T[]; wake: () => void }>()
  #ended = false

  tell(change: T): void {
    for (const reader of this.#readers) {
      reader.queue.push(change)
      if (reader.queue.length > MOST) reader.queue.shift()
      reader.wake()
    }
  }

  end(): void {
    this.#ended = true
    for (const reader of this.#readers) reader.wake()
  }

  /** What is told from this call on. */
  stream(signal?: AbortSignal): AsyncIterable<T> {
    const reader = { queue: [] as T[], wake: () => {} }
    this.#readers.add(reader)
    return this.#read(reader, signal)
  }

  async *#read(reader: { readonly queue: T[]; wake: () => void }, signal?: AbortSignal): AsyncGenerator<T> {
    const wake = (): void => reader.wake()
    signal?.addEventListener('abort', wake)
    try {
      for (;;) {
        for (let next = reader.queue.shift(); next !== undefined; next = reader.queue.shift()) yield next
        if (this.#ended || signal?.aborted === true) return
        await new Promise<void>((resolve) => (reader.wake = resolve))
      }
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#readers.delete(reader)
    }
  }
}
