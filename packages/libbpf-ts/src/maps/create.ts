import { checkedU32, chosen } from '../chosen.ts'
import { checked, invalidInput } from '../errors.ts'
import { createMap as create } from '../sys/map.ts'
import { MapHandle } from './map-handle.ts'
import { MAP_TYPES, type MapType } from './types.ts'

/** A map to be made without an object file. Sizes in bytes. */
export interface CreateMapOptions {
  readonly type: MapType
  /** Shown by `bpftool map`: at most 15 letters, digits, `_` and `.`. */
  readonly name?: string
  /** Default 4; ring buffers have none. */
  readonly keySize?: number
  /** Default 4; ring buffers have none. */
  readonly valueSize?: number
  /** Elements; for ring buffers bytes, a power of two that is at least a page. */
  readonly maxEntries: number
  /** `MAP_FLAGS`, or'ed. */
  readonly flags?: number
  /** Maps of maps: a map like those that it will hold. */
  readonly inner?: { readonly fd: number }
}

/**
 * Makes a map; `new ArrayMap(createMap(…), …)` and its like give it types. It has no BTF, so its layout is checked by
 * sizes only.
 *
 * Errors: INVALID_INPUT; NOT_PERMITTED; and what the kernel refuses. Minimum kernel 3.19 (name: 4.15).
 * Equivalent to: `bpftool map create`, without the pin.
 */
export function createMap(options: CreateMapOptions): MapHandle {
  const { type, name = '', maxEntries, flags = 0, inner } = options
  const elements = type === 'ringbuf' || type === 'user_ringbuf' ? 0 : 4
  const { keySize = elements, valueSize = elements } = options
  if (!/^[\w.]{0,15}$/.test(name))
    throw invalidInput('createMap', `name "${name}" must be at most 15 letters, digits, "_" and "."`)
  checkedU32(maxEntries, 0, 'createMap', 'maxEntries')
  const typeNumber = chosen(MAP_TYPES, type, 'createMap', 'type')
  const fd = create({ type: typeNumber, keySize, valueSize, maxEntries, flags, name, innerFd: inner?.fd })
  const shape = `${type} map "${name}" (key ${keySize}, value ${valueSize}, entries ${maxEntries}, flags ${flags})`
  return new MapHandle(checked(fd, 'createMap', shape))
}
