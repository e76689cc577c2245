import type { LbXdp } from '@skep/datapath/lb-xdp'
import { blockOf, type Table, type TableName, tableOver } from './maps.ts'

/** Blocks are mapped together with their neighbours, so many entries at a time: at least 1 MB of rings. */
const WINDOW = 2 ** 14

/**
 * A table of the kernel that is mapped when it is first used: as a whole, or for blocks of it in windows. Mapped pages count as
 * this process's memory, used or not, and the tables of rings are made for the worst spread of backends over services.
 */
export class MappedTable implements Table, Disposable {
  readonly entries: number
  readonly #name: TableName
  readonly #map: LbXdp['maps'][TableName]
  readonly #stack = new DisposableStack()
  #mapped: Table | undefined
  /** By first entry and number of entries. */
  readonly #windows = new Map<string, Uint16Array>()
  #bytes = 0

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

  block(from: number, count: number): Uint16Array {
    if (this.#mapped) return this.#mapped.block(from, count)
    const length = Math.max(count, WINDOW)
    const first = from & -length
    return blockOf(this.#name, this.#window(first, Math.min(length, this.entries - first)), from - first, count)
  }

  /** Bytes of this process's memory that it takes. */
  get mappedBytes(): number {
    return this.#bytes
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  get #table(): Table {
    this.#mapped ??= tableOver(this.#name, this.#open(0, this.entries), this.entries)
    return this.#mapped
  }

  #window(from: number, count: number): Uint16Array {
    const key = `${from} ${count}`
    const known = this.#windows.get(key)
    if (known) return known
    const window = new Uint16Array(this.#open(from, count))
    this.#windows.set(key, window)
    return window
  }

  #open(from: number, count: number): ArrayBuffer {
    const { buffer } = this.#stack.use(this.#map.mmap({ from, count }))
    this.#bytes += buffer.byteLength
    return buffer
  }
}
