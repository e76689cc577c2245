import { inspect } from 'node:util'
import type { Codec } from '../codec.ts'
import { BpfError, kernelRefusal, type BpfErrorDetails } from '../errors.ts'
import { frozenHint } from './frozen.ts'
import type { MapHandle } from './map-handle.ts'

/** How keys and values lie in memory. */
export interface MapCodecs<K, V> {
  readonly key: Codec<K>
  readonly value: Codec<V>
}

/** A byte array and a view of it: what a codec writes into and the kernel reads from. */
export interface Scratch {
  readonly bytes: Uint8Array
  readonly view: DataView
}

export function scratch(size: number): Scratch {
  const buffer = new ArrayBuffer(size)
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) }
}

/** Errors: LAYOUT_MISMATCH, when a codec has another size than the map. */
export function checkSizes(handle: MapHandle, what: 'key' | 'value', codec: Codec<unknown>, size: number): void {
  if (codec.size === size) return
  const problem = `map "${handle.name}" has ${what}s of ${size} bytes, the codec writes ${codec.size}`
  throw new BpfError('LAYOUT_MISMATCH', 'map', problem)
}

const EINVAL = -22
const HOLDS_MAPS: ReadonlySet<string> = new Set(['array_of_maps', 'hash_of_maps'])
const OTHER_SHAPE: BpfErrorDetails = {
  hint: 'an inner map must be like the declared one: type, key size, value size, entries and flags',
}

/** The error for what the kernel refused on one key. */
export function refusal(operation: string, status: number, handle: MapHandle, key: unknown): BpfError {
  const text = inspect(key, { breakLength: Infinity, depth: 3, maxArrayLength: 64 })
  const hint = status === EINVAL && HOLDS_MAPS.has(handle.info.type) ? OTHER_SHAPE : frozenHint(handle.fd, status)
  return kernelRefusal(operation, status, `map "${handle.name}", key ${text}`, hint)
}

/** Writes a key or value; what the codec refuses becomes INVALID_INPUT with the map's name. */
export function encode<T>(
  operation: string,
  handle: MapHandle,
  what: 'key' | 'value',
  codec: Codec<T>,
  view: DataView,
  offset: number,
  value: T,
): void {
  try {
    codec.write(view, offset, value)
  } catch (cause) {
    if (cause instanceof BpfError) throw cause
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new BpfError('INVALID_INPUT', operation, `map "${handle.name}", ${what}: ${problem}`, { cause })
  }
}
