import { checkedU32 } from '../chosen.ts'
import { checked } from '../errors.ts'
import { addon, type NativeMap, type NativeObject } from '../sys/addon.ts'
import type { MapHandle } from '../maps/map-handle.ts'
import { mapTypeName } from '../maps/types.ts'
import { declaredLayout, layoutDifference, pinnedLayout } from './layout.ts'

interface Opened {
  readonly native: () => NativeObject
  readonly map: NativeMap
}

/** A map as an object file declares it; what can be changed takes effect when the object is loaded. Sizes in bytes. */
export class MapSpec {
  readonly name: string
  /** As `bpftool map` shows it: `hash`, `percpu_array`. */
  readonly type: string
  readonly typeNumber: number
  readonly keySize: number
  readonly valueSize: number
  readonly flags: number
  /** Ids in the object's BTF; 0 for none. */
  readonly keyTypeId: number
  readonly valueTypeId: number
  /**
   * Where the map is pinned. When something is pinned there at load, it is used in place of a new map, if type, sizes,
   * flags and BTF are the same; else the load fails with LAYOUT_MISMATCH and both layouts.
   * Minimum kernel 4.4. Equivalent to: `bpftool prog loadall … pinmaps <folder>`.
   */
  pinPath: string | undefined
  readonly #native: () => NativeObject
  #maxEntries: number
  #autocreate: boolean
  #reused: { readonly handle: MapHandle } | undefined
  #inner: { readonly fd: number } | undefined

  constructor({ native, map }: Opened) {
    this.name = map.name
    this.type = mapTypeName(map.type)
    this.typeNumber = map.type
    this.keySize = map.keySize
    this.valueSize = map.valueSize
    this.flags = map.flags
    this.keyTypeId = map.keyTypeId
    this.valueTypeId = map.valueTypeId
    this.pinPath = map.pinPath
    this.#native = native
    this.#maxEntries = map.maxEntries
    this.#autocreate = map.autocreate
  }

  /**
   * Elements; for ring buffers bytes, rounded up to a power of two that is at least a page. Minimum kernel 3.19.
   * Equivalent to: `entries <n>` of `bpftool map create`.
   */
  get maxEntries(): number {
    return this.#maxEntries
  }

  set maxEntries(value: number) {
    checkedU32(value, 0, 'spec.maxEntries', `map "${this.name}": maxEntries`)
    const size = addon().mapMaxEntries(this.#native(), this.name, value)
    this.#maxEntries = checked(size, 'spec.maxEntries', `map "${this.name}"`)
  }

  /**
   * False: the map is not made, and programs that use it must never get that far. Asks no kernel. No equivalent in
   * `bpftool`.
   */
  get autocreate(): boolean {
    return this.#autocreate
  }

  set autocreate(value: boolean) {
    checked(addon().mapAutocreate(this.#native(), this.name, value ? 1 : 0), 'spec.autocreate', `map "${this.name}"`)
    this.#autocreate = value
  }

  /**
   * Uses an open map in place of a new one. Its layout is checked when the object is loaded.
   *
   * Minimum kernel 4.13. Equivalent to: `bpftool prog load … map name <name> id <id>`.
   */
  reuse(map: { readonly handle: MapHandle }): void {
    this.#reused = map
  }

  /**
   * In what an open map differs from this one, in words: its type, sizes, flags or BTF. Undefined: it can be used in its
   * place.
   *
   * Minimum kernel 4.13. Equivalent to: `bpftool map show`, beside `bpftool btf dump file`.
   */
  differenceFrom({ handle }: { readonly handle: MapHandle }): string | undefined {
    return layoutDifference(declaredLayout(this, addon().objectBtf(this.#native())), pinnedLayout(handle))
  }

  /** What {@link reuse} was given. */
  get reused(): MapHandle | undefined {
    return this.#reused?.handle
  }

  /**
   * For maps of maps that declare no inner map: a map like those that it will hold. Minimum kernel 4.12.
   * Equivalent to: `inner_map` of `bpftool map create`.
   */
  set inner(map: { readonly fd: number }) {
    checked(addon().mapInner(this.#native(), this.name, map.fd), 'spec.inner', `map "${this.name}"`)
    this.#inner = map
  }

  get inner(): { readonly fd: number } | undefined {
    return this.#inner
  }
}
