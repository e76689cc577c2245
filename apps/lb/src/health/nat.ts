import { type LbConfig, natEntryCodec, natEntryOffsets as at } from '@skep/datapath/lb-xdp'
import { type NatMaps, NatTable } from '@skep/lb-engine'

const ENTRY_BYTES: number = natEntryCodec.size

/** The connections' table, mapped for as long as it is watched, and for changing it. Entries are named by their index. */
export class Nat implements Disposable {
  readonly #table: NatTable
  readonly #jiffies: () => bigint
  readonly #view: DataView
  /** The same bytes, for compare-and-swap. */
  readonly #words: Int32Array

  /** `jiffies`: the kernel's, whenever the table is looked through. */
  constructor(maps: NatMaps, config: LbConfig, jiffies: () => bigint) {
    this.#jiffies = jiffies
    this.#table = new NatTable(maps, config, jiffies())
    this.#view = this.#table.view
    this.#words = new Int32Array(this.#view.buffer)
  }

  get entries(): number {
    return this.#view.byteLength / ENTRY_BYTES
  }

  /** Calls back for each connection that is within its time, and not being written just now. */
  each(seen: (index: number) => void): void {
    this.#table.setClock(this.#jiffies())
    for (const entry of this.#table.live()) seen(entry / ENTRY_BYTES)
  }

  state(index: number): number {
    return this.#view.getUint8(index * ENTRY_BYTES + at.state)
  }

  protocol(index: number): number {
    return this.#view.getUint8(index * ENTRY_BYTES + at.protocol)
  }

  member(index: number): number {
    return this.#view.getUint32(index * ENTRY_BYTES + at.member, true)
  }

  service(index: number): number {
    return this.#view.getUint32(index * ENTRY_BYTES + at.service, true)
  }

  memberSeen(index: number): number {
    return this.#view.getUint8(index * ENTRY_BYTES + at.memberSeen)
  }

  /** Jiffies, 32 bits of them. */
  lastSeen(index: number): number {
    return this.#view.getUint32(index * ENTRY_BYTES + at.lastSeen, true)
  }

  /** Tells clients that follow each other in an entry apart, by address and port; never 0. */
  fingerprint(index: number): number {
    const entry = index * ENTRY_BYTES
    let mixed = this.#view.getUint16(entry + at.clientPort) ^ Math.imul(this.service(index), 0x9e37_79b1)
    for (let i = 0; i < 16; i += 4)
      mixed = Math.imul(mixed ^ this.#view.getUint32(entry + at.client + i), 0x85eb_ca6b) ^ (mixed >>> 13)
    return mixed >>> 0 || 1
  }

  /** Changes some bits of an entry by compare-and-swap, as the datapath does on its CPUs. `change` gets what they are. */
  swap(index: number, { offset, bits }: Field, change: (value: number) => number): void {
    const place = (index * ENTRY_BYTES + offset) >> 2
    const shift = (offset & 3) * 8
    const mask = (2 ** bits - 1) * 2 ** shift
    for (;;) {
      const before = this.#words[place]!
      const value = (before & mask) >>> shift
      const after = (before & ~mask) | ((change(value) << shift) & mask)
      if (Atomics.compareExchange(this.#words, place, before, after) === before) return
    }
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]()
  }
}

/** Bits of an entry that lie in one word. */
export interface Field {
  /** In bytes. */
  readonly offset: number
  readonly bits: 8 | 16
}
