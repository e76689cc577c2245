import type { Descriptor } from './descriptor.ts'
import { checked, errnoName } from './error.ts'
import { native } from './native.ts'
import type { Handle } from './native-handle.ts'

/** A datagram as the kernel gives it: valid until the next one is read. */
export interface Received {
  readonly bytes: Uint8Array
  readonly from: Uint8Array
  readonly control: Uint8Array
}

const LARGEST = 65_536
const AT_ONCE = 64

// Reading is synchronous, so all sockets of the thread share one buffer.
const buffer = new Uint8Array(LARGEST)
const address = new Uint8Array(128)
const control = new Uint8Array(128)
const lengths = new Uint8Array(2)

/**
 * What comes in, one after another, for one reader. Up to `limit` datagrams wait here; then the kernel's buffer fills,
 * and what does not fit there is dropped and counted by the kernel.
 */
export class Receiver<T> implements AsyncIterator<T, undefined>, Disposable {
  readonly #descriptor: Descriptor
  readonly #limit: number
  readonly #decode: (received: Received) => T | undefined
  readonly #queue: T[] = []
  #poll: Handle | undefined
  #waiting: { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void } | undefined

  constructor(descriptor: Descriptor, limit: number, decode: (received: Received) => T | undefined) {
    this.#descriptor = descriptor
    this.#limit = limit
    this.#decode = decode
  }

  /** The next datagram; the end when the socket is closed. One call at a time. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#queue.length === 0 && !this.#descriptor.closed) this.#drain()
    const value = this.#queue.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#descriptor.closed) return Promise.resolve({ done: true, value: undefined })
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T, undefined>>()
    this.#waiting = { resolve, reject }
    this.#watch()
    return promise
  }

  [Symbol.dispose](): void {
    this.#unwatch()
    this.#queue.length = 0
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
    if (this.#queue.length >= this.#limit) this.#unwatch()
    const value = waiting === undefined ? undefined : this.#queue.shift()
    if (value === undefined) return
    this.#waiting = undefined
    waiting?.resolve({ done: false, value })
  }

  #drain(): void {
    for (let read = 0; read < AT_ONCE && this.#queue.length < this.#limit; read++) {
      const length = native.receive(this.#descriptor.fd, buffer, address, control, lengths)
      if (length < 0 && ['EAGAIN', 'ENETDOWN'].includes(errnoName(-length))) return
      checked(this.#descriptor.detail, length, 'receive')
      const value = this.#decode({
        bytes: buffer.subarray(0, Math.min(length, LARGEST)),
        from: address.subarray(0, lengths[0]),
        control: control.subarray(0, lengths[1]),
      })
      if (value !== undefined) this.#queue.push(value)
    }
  }
}
