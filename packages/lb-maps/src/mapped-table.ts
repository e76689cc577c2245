import type { LbXdp } from '@skep/datapath/lb-xdp'
import { type Table, type TableName, tableOver } from './maps.ts'

/** A table of the kernel that is mapped when it is first used. */
export class MappedTable implements Table, Disposable {
  readonly entries: number
  readonly #name: TableName
  readonly #map: LbXdp['maps'][TableName]
  readonly #stack = new DisposableStack()
  #mapped: Table | undefined

  constructor(name: TableName, map: LbXdp['maps'][TableName]) {
    this.#name = name
    this.#map = map
    this.entries = map.length
  }

  get words(): Uint32Array {
    return this.#table.words
  }

  get longs(): BigUint64Array {
    return this.#table.longs
  }

  get shorts(): Uint16Array {
    return this.#table.shorts
  }

  /** Bytes of this process's memory that it takes. */
  get mappedBytes(): number {
    return this.#mapped?.words.byteLength ?? 0
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  get #table(): Table {
    this.#mapped ??= tableOver(this.#name, this.#stack.use(this.#map.mmap()).buffer, this.entries)
    return this.#mapped
  }
}
