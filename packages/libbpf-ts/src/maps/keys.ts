import type { Codec } from '../codec.ts'
import { BpfError, kernelRefusal } from '../errors.ts'
import type { ElementCalls } from '../sys/map.ts'
import type { MapHandle } from './map-handle.ts'
import { scratch } from './map-io.ts'

const ENOENT = -2

/** Reads one key ahead, so that the caller may delete the key it was given. */
export function* keysOf<K>(handle: MapHandle, codec: Codec<K>, calls: ElementCalls): Generator<K> {
  let [current, next] = [scratch(codec.size), scratch(codec.size)]
  let status = calls.nextKey(null, current.bytes)
  for (let count = 0; status === 0; count++) {
    if (count >= handle.info.maxEntries) throw restarted(handle)
    const key = codec.read(current.view, 0)
    status = calls.nextKey(current.bytes, next.bytes)
    yield key
    ;[current, next] = [next, current]
  }
  if (status !== ENOENT) throw kernelRefusal('map.keys', status, `map "${handle.name}"`)
}

function restarted(handle: MapHandle): BpfError {
  const what = `map "${handle.name}" gave more than its ${handle.info.maxEntries} keys`
  return new BpfError('BUSY', 'map.keys', what, { hint: 'it changed while it was read: use getBatch()' })
}
