import { kernelRefusal } from '../errors.ts'
import { deleteBatch, lookupBatch, updateBatch, UPDATE_MODES, type BatchResult } from '../sys/map.ts'
import type { MapHandle } from './map-handle.ts'
import { encode, refusal, scratch, type MapCodecs, type Scratch } from './map-io.ts'

const ENOENT = -2
const ENOSPC = -28
const ENOTSUPP = -524

/** Bytes of keys and values that one call carries. */
const CALL_BYTES = 1 << 20

export interface BatchOptions {
  /** Elements a call; default: about a megabyte's worth. */
  readonly size?: number
  /** Deletes what is read. */
  readonly take?: boolean
}

type Mode = keyof typeof UPDATE_MODES

/** The batch commands of one map. */
export class Batches<K, V> {
  readonly #handle: MapHandle
  readonly #codecs: MapCodecs<K, V>

  constructor(handle: MapHandle, codecs: MapCodecs<K, V>) {
    this.#handle = handle
    this.#codecs = codecs
  }

  /** As {@link read}; undefined where this kernel has no batches for this type of map. */
  tryRead(): Iterable<[K, V][]> | undefined {
    const [keys, values] = this.#arenas(1)
    const cursor = new Uint8Array(this.#cursorSize())
    const { status } = lookupBatch(this.#handle.fd, null, cursor, keys.bytes, values.bytes, 1, false)
    return status === ENOTSUPP ? undefined : this.read()
  }

  *read(options: BatchOptions = {}): Generator<[K, V][]> {
    let size = Math.max(1, Math.min(options.size ?? this.#perCall(), this.#handle.info.maxEntries))
    let [keys, values] = this.#arenas(size)
    let [cursor, next] = [new Uint8Array(this.#cursorSize()), new Uint8Array(this.#cursorSize())]
    for (let first = true, ended = false; !ended;) {
      const from = first ? null : cursor
      const result = lookupBatch(this.#handle.fd, from, next, keys.bytes, values.bytes, size, options.take ?? false)
      if (result.status === ENOSPC) {
        ;[keys, values] = this.#arenas((size *= 2)) // one hash bucket holds more than a call's worth
        continue
      }
      ended = this.#ended(result)
      if (result.count > 0) yield this.#decode(keys, values, result.count)
      first = false
      ;[cursor, next] = [next, cursor]
    }
  }

  /** The kernel's batches know no modes but `any`. */
  write(entries: Iterable<readonly [K, V]>, mode: Mode, single: (key: K, value: V) => void): number {
    let written = 0
    for (const chunk of this.#chunks(entries)) {
      if (mode !== 'any' || this.#writeChunk(chunk) === 'unsupported') for (const entry of chunk) single(...entry)
      written += chunk.length
    }
    return written
  }

  delete(keys: Iterable<K>, single: (key: K) => boolean): number {
    let deleted = 0
    for (const chunk of this.#chunks(keys)) deleted += this.#deleteChunk(chunk, single)
    return deleted
  }

  #writeChunk(chunk: readonly (readonly [K, V])[]): 'done' | 'unsupported' {
    const [keys, values] = this.#arenas(chunk.length)
    chunk.forEach(([key, value], index) => {
      encode('map.setBatch', this.#handle, 'key', this.#codecs.key, keys.view, index * this.#codecs.key.size, key)
      encode(
        'map.setBatch',
        this.#handle,
        'value',
        this.#codecs.value,
        values.view,
        index * this.#codecs.value.size,
        value,
      )
    })
    const { status, count } = updateBatch(this.#handle.fd, keys.bytes, values.bytes, chunk.length, UPDATE_MODES.any)
    if (status === ENOTSUPP) return 'unsupported'
    if (status < 0) throw refusal('map.setBatch', status, this.#handle, chunk[count]?.[0])
    return 'done'
  }

  /** The kernel stops at a key that is not there: go on behind it. */
  #deleteChunk(chunk: readonly K[], single: (key: K) => boolean): number {
    const { size } = this.#codecs.key
    const arena = scratch(chunk.length * size)
    chunk.forEach((key, index) =>
      encode('map.deleteBatch', this.#handle, 'key', this.#codecs.key, arena.view, index * size, key),
    )
    let deleted = 0
    for (let at = 0; at < chunk.length;) {
      const { status, count } = deleteBatch(this.#handle.fd, arena.bytes.subarray(at * size), chunk.length - at)
      if (status === ENOTSUPP) return chunk.filter(single).length
      if (status < 0 && status !== ENOENT) throw refusal('map.deleteBatch', status, this.#handle, chunk[at + count])
      deleted += count
      at += status === ENOENT ? count + 1 : count
    }
    return deleted
  }

  #ended({ status }: BatchResult): boolean {
    if (status < 0 && status !== ENOENT) throw kernelRefusal('map.getBatch', status, `map "${this.#handle.name}"`)
    return status === ENOENT
  }

  #decode(keys: Scratch, values: Scratch, count: number): [K, V][] {
    const { key, value } = this.#codecs
    return Array.from({ length: count }, (_, index) => [
      key.read(keys.view, index * key.size),
      value.read(values.view, index * value.size),
    ])
  }

  *#chunks<T>(items: Iterable<T>): Generator<T[]> {
    const size = this.#perCall()
    let chunk: T[] = []
    for (const item of items) {
      chunk.push(item)
      if (chunk.length < size) continue
      yield chunk
      chunk = []
    }
    if (chunk.length > 0) yield chunk
  }

  #arenas(count: number): [Scratch, Scratch] {
    return [scratch(count * this.#codecs.key.size), scratch(count * this.#codecs.value.size)]
  }

  #perCall(): number {
    return Math.max(1, Math.floor(CALL_BYTES / (this.#codecs.key.size + this.#codecs.value.size)))
  }

  /** Hash maps keep a bucket's number there, all others a key. */
  #cursorSize(): number {
    return Math.max(this.#handle.info.keySize, 8)
  }
}
