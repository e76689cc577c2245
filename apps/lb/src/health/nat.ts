import { natEntryCodec, natEntryOffsets as at } from '@skep/datapath/lb-xdp'
import type { NatMaps } from '../status/nat-table.ts'

const ENTRY_BYTES: number = natEntryCodec.size
const BUSY = 0x8000_0000

/** The connections' table, mapped for as long as it is watched, and for changing it. Entries are named by their index. */
export class Nat implements Disposable {
  readonly #stack: DisposableStack
  /** Two halves a word: a tag that is never 0 where the word is used, and the entry's index below a busy bit. */
  readonly #halves: Uint32Array
  readonly #view: DataView
  /** The same bytes, for compare-and-swap. */
  readonly #words: Int32Array

  constructor(maps: NatMaps) {
    using stack = new DisposableStack()
    this.#halves = new Uint32Array(stack.use(maps.natFlows.mmap()).buffer)
    const { buffer } = stack.use(maps.natEntries.mmap())
    this.#view = new DataView(buffer)
    this.#words = new Int32Array(buffer)
    this.#stack = stack.move()
  }

  get entries(): number {
    return this.#view.byteLength / ENTRY_BYTES
  }

  /** Calls back for each entry that is in use and not being written just now. An entry's place is its word's place. */
  each(seen: (index: number) => void): void {
    const { entries } = this
    for (let index = 0; index < entries; index++)
      if (this.#halves[2 * index] !== 0 && this.#halves[2 * index + 1]! < BUSY && this.state(index) !== 0) seen(index)
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
    this.#stack.dispose()
  }
}

/** Bits of an entry that lie in one word. */
export interface Field {
  /** In bytes. */
  readonly offset: number
  readonly bits: 8 | 16
}
