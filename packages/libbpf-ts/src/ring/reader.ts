import { setImmediate } from 'node:timers/promises'
import { invalidInput, kernelRefusal, type BpfError } from '../errors.ts'
import { handleClosed, handleOpened, type OpenHandle } from '../leaks.ts'
import type { MapHandle } from '../maps/map-handle.ts'
import { addon, type NativeRing } from '../sys/addon.ts'
import { RingBatch } from './batch.ts'

/** How to read a ring buffer. */
export interface RingBufferOptions {
  /** Where batches lie; default 256 KiB. The largest record with its 8-byte header must fit. */
  readonly arena?: Uint8Array
  /** Looks every so many milliseconds, in place of waiting for the kernel's wake-up: for BPF_RB_NO_WAKEUP. */
  readonly interval?: number
  /**
   * The total of records that found no room. The kernel counts none: the program does, where `bpf_ringbuf_reserve`
   * gives NULL, and this reads its counter.
   */
  readonly countDropped?: () => number | bigint
  /** Ends the iteration, which then throws the signal's reason. */
  readonly signal?: AbortSignal
}

const ARENA = 256 << 10
const EMSGSIZE = -90

/**
 * Reads a ring buffer in batches: `for await (const batch of reader)`. One reader a ring. A batch is copied out at
 * once, so a slow loop body delays but does not block the ring until it is full; then the program drops records.
 *
 * Minimum kernel 5.8. No equivalent in `bpftool`.
 */
export class RingBufferReader implements AsyncIterable<RingBatch>, Disposable {
  /** The ring's size in bytes. */
  readonly size: number
  readonly #name: string
  readonly #ring: NativeRing
  readonly #listed: OpenHandle
  readonly #options: RingBufferOptions
  readonly #arena: Uint8Array
  readonly #counts = new Uint32Array(2)
  readonly #countBytes = new Uint8Array(this.#counts.buffer)
  readonly #droppedBefore: bigint
  readonly #onAbort = (): void => this.#wake?.()
  #dropped = 0n
  #closed = false
  #wake: (() => void) | undefined

  constructor(map: MapHandle, options: RingBufferOptions = {}) {
    const ring = addon().ringOpen(map.fd, map.info.maxEntries)
    if (typeof ring === 'number') throw kernelRefusal('ring.open', ring, `map "${map.name}"`)
    this.size = map.info.maxEntries
    this.#name = map.name
    this.#ring = ring
    this.#options = options
    this.#arena = options.arena ?? new Uint8Array(ARENA)
    this.#listed = handleOpened('ring', map.fd, map.name)
    this.#droppedBefore = this.#readDropped()
    options.signal?.addEventListener('abort', this.#onAbort)
  }

  /** Records that found no room since the reader was opened, as of the last batch. 0 without `countDropped`. Asks no kernel. */
  get dropped(): bigint {
    return this.#dropped
  }

  /**
   * Bytes of the ring that wait to be read: what a fill gauge shows, against {@link size}. Errors: CLOSED.
   * Minimum kernel 5.8. No equivalent in `bpftool`.
   */
  fill(): number {
    const fill = addon().ringFill(this.#ring)
    if (fill < 0) throw this.#refusal('ring.fill', fill)
    return fill
  }

  /**
   * What is there now, without waiting; undefined when that is nothing.
   *
   * Errors: CLOSED; INVALID_INPUT, when a record is larger than the arena. Minimum kernel 5.8. No equivalent in `bpftool`.
   */
  drain(): RingBatch | undefined {
    const bytes = addon().ringDrain(this.#ring, this.#arena, this.#countBytes)
    if (bytes < 0) throw this.#refusal('ring.drain', bytes)
    const [count = 0, discarded = 0] = this.#counts
    const total = this.#readDropped() - this.#droppedBefore
    const dropped = total - this.#dropped
    this.#dropped = total
    if (count + discarded === 0 && dropped === 0n) return undefined
    return new RingBatch(this.#arena, bytes, { count, discarded, dropped })
  }

  /**
   * Batches as they come, until {@link close} or the signal. Other work of the event loop gets its turn between two.
   * Minimum kernel 5.8. No equivalent in `bpftool` (`map event_pipe` reads perf buffers).
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<RingBatch> {
    for (;;) {
      this.#options.signal?.throwIfAborted()
      if (this.#closed) return
      const batch = this.drain()
      if (batch) {
        yield batch
        await setImmediate()
      } else await this.#something()
    }
  }

  /** Ends the iteration and unmaps the ring. Closing again does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    addon().ringClose(this.#ring)
    handleClosed(this.#listed)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#wake?.()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Settles when there may be something, the reader is closed, or the signal fires. */
  async #something(): Promise<void> {
    if (this.#wake) throw invalidInput('ring.read', `ring "${this.#name}" is read by another loop already`)
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#wake = () => resolve(0)
    const stop = this.#watch(resolve)
    try {
      const status = await promise
      if (status < 0) throw this.#refusal('ring.wait', status)
    } finally {
      this.#wake = undefined
      stop()
    }
  }

  #watch(resolve: (status: number) => void): () => void {
    if (this.#options.interval !== undefined) {
      const timer = setTimeout(resolve, this.#options.interval, 0)
      return () => clearTimeout(timer)
    }
    const status = addon().ringWait(this.#ring, resolve)
    if (status < 0) resolve(status)
    return () => addon().ringStop(this.#ring)
  }

  #readDropped(): bigint {
    return BigInt(this.#options.countDropped?.() ?? 0)
  }

  #refusal(operation: string, status: number): BpfError {
    if (status !== EMSGSIZE) return kernelRefusal(operation, status, `ring "${this.#name}"`)
    const problem = `ring "${this.#name}" has a record larger than the arena of ${this.#arena.byteLength} bytes; give a larger one`
    return invalidInput(operation, problem)
  }
}
