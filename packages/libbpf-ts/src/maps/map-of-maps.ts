import { u32 } from '../codec-scalars.ts'
import type { Codec } from '../codec.ts'
import { BpfMap, rawMap } from './bpf-map.ts'
import { MapHandle } from './map-handle.ts'

type AnyMap = { readonly fd: number } & Disposable

/** What inner maps become: a codec is needed to read them as more than bytes. */
export interface InnerMap<K, M> {
  readonly key: Codec<K>
  /** Makes the map class for an inner map that was read; default: keys and values as bytes. */
  readonly inner: (handle: MapHandle) => M
}

/**
 * A map whose values are maps (`array_of_maps`, `hash_of_maps`). Writing takes any map like the declared inner one;
 * reading opens the inner map anew: dispose of what you read.
 */
export class MapOfMaps<K, M extends AnyMap = BpfMap<Uint8Array, Uint8Array>> extends BpfMap<K, M> {
  readonly #ids: BpfMap<K, number>

  /** Takes `handle` over. Minimum kernel 4.12. */
  constructor(handle: MapHandle, codecs: InnerMap<K, M>) {
    super(handle, { key: codecs.key, value: mapCodec(codecs.inner) })
    this.#ids = new BpfMap(handle, { key: codecs.key, value: u32 })
  }

  /** The inner maps' ids, without opening them. Minimum kernel 4.13. Equivalent to: `bpftool map dump`. */
  *ids(): Generator<[K, number]> {
    for (const key of this.keys()) {
      const id = this.#ids.get(key)
      if (id !== undefined) yield [key, id]
    }
  }
}

/** Written as an fd, read as an id: so the kernel wants it. */
function mapCodec<M extends AnyMap>(open: (handle: MapHandle) => M): Codec<M> {
  return {
    size: 4,
    align: 4,
    read: (view, offset) => open(MapHandle.openById(u32.read(view, offset))),
    write: (view, offset, map) => u32.write(view, offset, map.fd),
  }
}

/** The `inner` of {@link MapOfMaps} for plain bytes. */
export const rawInner: (handle: MapHandle) => BpfMap<Uint8Array, Uint8Array> = rawMap
