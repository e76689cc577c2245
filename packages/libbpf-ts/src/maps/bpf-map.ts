import { chosen } from '../chosen.ts'
import { bytes } from '../codec-bytes.ts'
import { checked } from '../errors.ts'
import { Pinnable } from '../pinnable.ts'
import { ElementCalls, freezeMap, UPDATE_MODES } from '../sys/map.ts'
import { Batches, type BatchOptions } from './batch.ts'
import { mapInfo, type MapInfo } from './info.ts'
import { keysOf } from './keys.ts'
import { MapHandle } from './map-handle.ts'
import { checkSizes, encode, refusal, scratch, type MapCodecs, type Scratch } from './map-io.ts'
import { valueBytes } from './per-cpu-codec.ts'

const ENOENT = -2

/** `any`: create or replace; `noexist`: only create; `exist`: only replace. */
export interface SetOptions {
  readonly mode?: 'any' | 'noexist' | 'exist'
}

/**
 * A BPF map with typed keys and values. A key that is not there reads as `undefined`.
 *
 * `using` closes the fd; the map itself lives as long as a program, a pin or another fd holds it.
 */
export class BpfMap<K, V> extends Pinnable<MapHandle> {
  readonly #codecs: MapCodecs<K, V>
  readonly #calls: ElementCalls
  readonly #batches: Batches<K, V>
  // What the kernel writes into is never what it reads from: padding of what is written stays zero.
  readonly #key: Scratch
  readonly #value: Scratch
  readonly #read: Scratch

  /** Takes `handle` over. Errors: LAYOUT_MISMATCH, when a codec has another size than the map. */
  constructor(handle: MapHandle, codecs: MapCodecs<K, V>, pinned?: string) {
    super(handle, pinned)
    checkSizes(handle, 'key', codecs.key, handle.info.keySize)
    checkSizes(handle, 'value', codecs.value, valueBytes(handle.info))
    this.#codecs = codecs
    this.#calls = new ElementCalls(handle.fd)
    this.#batches = new Batches(handle, codecs)
    this.#key = scratch(codecs.key.size)
    this.#value = scratch(codecs.value.size)
    this.#read = scratch(codecs.value.size)
  }

  /**
   * Opens a pinned map whose keys and values are plain bytes.
   *
   * Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 4.4. Equivalent to: `bpftool map show pinned <path>`.
   */
  static open(path: string): BpfMap<Uint8Array, Uint8Array> {
    return rawMap(MapHandle.openPinned(path), path)
  }

  /** Opens a map by its id. Errors: NOT_FOUND. Minimum kernel 4.13. Equivalent to: `bpftool map show id <id>`. */
  static openById(id: number): BpfMap<Uint8Array, Uint8Array> {
    return rawMap(MapHandle.openById(id))
  }

  /** Minimum kernel 3.19. Equivalent to: `bpftool map lookup`. */
  get(key: K): V | undefined {
    this.#open()
    this.#writeKey('map.get', key)
    return this.#found('map.get', this.#calls.lookup(this.#key.bytes, this.#read.bytes), key)
  }

  /** Errors: INVALID_INPUT, FULL, EXISTS (`noexist`), NOT_FOUND (`exist`). Minimum kernel 3.19. Equivalent to: `bpftool map update`. */
  set(key: K, value: V, options?: SetOptions): void {
    this.#open()
    this.#writeKey('map.set', key)
    encode('map.set', this.handle, 'value', this.#codecs.value, this.#value.view, 0, value)
    const status = this.#calls.update(this.#key.bytes, this.#value.bytes, modeOf(options))
    if (status < 0) throw refusal('map.set', status, this.handle, key)
  }

  /** False when the key was not there. Minimum kernel 3.19. Equivalent to: `bpftool map delete`. */
  delete(key: K): boolean {
    this.#open()
    this.#writeKey('map.delete', key)
    const status = this.#calls.delete(this.#key.bytes)
    if (status < 0 && status !== ENOENT) throw refusal('map.delete', status, this.handle, key)
    return status === 0
  }

  /** Reads and deletes in one. Minimum kernel 5.14 (hash maps). No equivalent in `bpftool`. */
  take(key: K): V | undefined {
    this.#open()
    this.#writeKey('map.take', key)
    return this.#found('map.take', this.#calls.take(this.#key.bytes, this.#read.bytes), key)
  }

  /** Minimum kernel 3.19. Equivalent to: `bpftool map lookup`. */
  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  /**
   * All keys, one call each. A key deleted meanwhile may make the kernel start over: {@link getBatch} does not.
   *
   * Errors: BUSY, when more keys came than the map can hold. Minimum kernel 3.19 (first key: 4.12).
   * Equivalent to: `bpftool map getnext`, again and again.
   */
  keys(): Generator<K> {
    this.#open()
    return keysOf(this.handle, this.#codecs.key, this.#calls)
  }

  /** All keys and values, in batches where the map has them. Minimum kernel 5.6. Equivalent to: `bpftool map dump`. */
  *entries(): Generator<[K, V]> {
    this.#open()
    const batches = this.#batches.tryRead()
    if (!batches) yield* this.#singly()
    else for (const batch of batches) yield* batch
  }

  [Symbol.iterator](): Generator<[K, V]> {
    return this.entries()
  }

  /**
   * All keys and values, some thousand a call; `size` is how many, `take: true` deletes what is read.
   *
   * Errors: NOT_SUPPORTED for maps without batches. Minimum kernel 5.6 (per-CPU arrays 5.13).
   * Equivalent to: `bpftool map dump`.
   */
  getBatch(options?: BatchOptions): Generator<[K, V][]> {
    this.#open()
    return this.#batches.read(options)
  }

  /**
   * Sets many, some thousand a call; one by one in other modes than `any`, and where the map has no batches. Returns
   * how many.
   * On an error what came before it stays set; the message names the key.
   *
   * Errors: as {@link set}. Minimum kernel 5.6. Equivalent to: `bpftool batch` with `map update` lines.
   */
  setBatch(entries: Iterable<readonly [K, V]>, options?: SetOptions): number {
    this.#open()
    return this.#batches.write(entries, options?.mode ?? 'any', (key, value) => this.set(key, value, options))
  }

  /**
   * Deletes many; keys that are not there are passed over. Returns how many were there.
   *
   * Minimum kernel 5.6. Equivalent to: `bpftool batch` with `map delete` lines.
   */
  deleteBatch(keys: Iterable<K>): number {
    this.#open()
    return this.#batches.delete(keys, (key) => this.delete(key))
  }

  /** What the kernel says about the map. Minimum kernel 4.13. Equivalent to: `bpftool map show`. */
  info(): MapInfo {
    return mapInfo(this.fd)
  }

  /**
   * No more writes from user space, from any process; programs still may.
   *
   * Errors: BUSY while the map is mapped writable. Minimum kernel 5.2. Equivalent to: `bpftool map freeze`.
   */
  freeze(): void {
    checked(freezeMap(this.fd), 'map.freeze', `map "${this.name}"`)
  }

  *#singly(): Generator<[K, V]> {
    for (const key of this.keys()) {
      const value = this.get(key)
      if (value !== undefined) yield [key, value]
    }
  }

  #found(operation: string, status: number, key: K): V | undefined {
    if (status === 0) return this.#codecs.value.read(this.#read.view, 0)
    if (status === ENOENT) return undefined
    throw refusal(operation, status, this.handle, key)
  }

  #writeKey(operation: string, key: K): void {
    encode(operation, this.handle, 'key', this.#codecs.key, this.#key.view, 0, key)
  }

  #open(): void {
    if (this.handle.closed) void this.handle.fd
  }
}

function modeOf(options: SetOptions | undefined): bigint {
  return options?.mode === undefined ? UPDATE_MODES.any : chosen(UPDATE_MODES, options.mode, 'map.set', 'mode')
}

/**
 * A map whose keys and values are plain bytes. A per-CPU map's value is those of all possible CPUs, each padded
 * to a multiple of 8 bytes. Asks no kernel.
 */
export function rawMap(handle: MapHandle, pinned?: string): BpfMap<Uint8Array, Uint8Array> {
  return new BpfMap(handle, { key: bytes(handle.info.keySize), value: bytes(valueBytes(handle.info)) }, pinned)
}
