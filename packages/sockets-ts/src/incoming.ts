import type { Descriptor } from './descriptor.ts'
import { checked } from './error.ts'
import { native } from './native.ts'
import type { Handle } from './native-handle.ts'

const AT_ONCE = 64

/** What one reading gave: something, nothing of use, or that nothing is there. */
export type Reading<T> = { readonly value: T } | 'skip' | 'empty'

export interface IncomingOptions<T> {
  readonly descriptor: Descriptor
  /** How many may wait here; more wait in the kernel. */
  readonly limit: number
  /** Reads one, without waiting. */
  readonly read: () => Reading<T>
  /** Ends what nobody has taken when the socket is closed. */
  readonly discard?: (value: T) => void
}

/**
 * What comes in by a socket, one after another, for one reader. Up to `limit` wait here; then the kernel's queue fills,
 * and what does not fit there is dropped and counted by the kernel.
 */
export class Incoming<T> implements AsyncIterator<T, undefined>, Disposable {
  readonly #options: IncomingOptions<T>
  readonly #descriptor: Descriptor
  readonly #queue: T[] = []
  #poll: Handle | undefined
  #waiting: { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void } | undefined

  constructor(options: IncomingOptions<T>) {
    this.#options = options
    this.#descriptor = options.descriptor
  }

  /** The next one; the end when the socket is closed. One call at a time. */
  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#descriptor.closed ? undefined : this.take()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#descriptor.closed) return Promise.resolve({ done: true, value: undefined })
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T, undefined>>()
    this.#waiting = { resolve, reject }
    this.#watch()
    return promise
  }

  /** The next one if it is there already, without waiting. */
  take(): T | undefined {
    if (this.#queue.length === 0) this.#drain()
    return this.#queue.shift()
  }

  [Symbol.dispose](): void {
    this.#unwatch()
    for (const value of this.#queue.splice(0)) this.#options.discard?.(value)
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = undefined
  }

  #watch(): void {
    if (this.#poll !== undefined) return
    const handle = native.pollStart(this.#descriptor.fd, () => this.#ready())
    if (typeof handle === 'number') checked(this.#descriptor.detail, handle, 'poll')
    else this.#poll = handle
  }

  #unwatch(): void {
    if (this.#poll !== undefined) native.pollStop(this.#poll)
    this.#poll = undefined
  }

  #ready(): void {
    const waiting = this.#waiting
    try {
      this.#drain()
    } catch (error) {
      this.#waiting = undefined
      this.#unwatch()
      if (waiting === undefined) throw error
      return waiting.reject(error)
    }
    if (this.#queue.length >= this.#options.limit) this.#unwatch()
    const value = waiting === undefined ? undefined : this.#queue.shift()
    if (value === undefined) return
    this.#waiting = undefined
    waiting?.resolve({ done: false, value })
  }

  #drain(): void {
    for (let count = 0; count < AT_ONCE && this.#queue.length < this.#options.limit; count++) {
      const reading = this.#options.read()
      if (reading === 'empty') return
      if (reading !== 'skip') this.#queue.push(reading.value)
    }
  }
}
