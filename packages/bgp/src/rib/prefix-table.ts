import { type Family, widthOf } from '../wire/family.ts'
import { formatPrefix, prefixBytes } from '../wire/prefixes.ts'

const FIRST_CAPACITY = 64
const NONE = 0xffffffff
/** In place of a length: the id is free. */
const NO_LENGTH = 0xff

/**
 * Prefixes of one family, each with a small number that is its place in arrays beside. An IPv4 prefix takes 13 to 21 bytes,
 * an IPv6 one 25 to 33, hash table included.
 */
export class PrefixTable {
  readonly family: Family
  readonly #words: number
  #keys: Uint32Array
  #lengths: Uint8Array
  /** Open addressing: id + 1, or 0. Twice as many as ids, so at most half full. */
  #slots: Uint32Array
  readonly #key: Uint32Array
  #size = 0
  #end = 0
  #free = NONE

  constructor(family: Family) {
    this.family = family
    this.#words = widthOf(family) / 32
    this.#key = new Uint32Array(this.#words)
    this.#keys = new Uint32Array(this.#words * FIRST_CAPACITY)
    this.#lengths = new Uint8Array(FIRST_CAPACITY).fill(NO_LENGTH)
    this.#slots = new Uint32Array(2 * FIRST_CAPACITY)
  }

  get size(): number {
    return this.#size
  }

  /** All ids are below this. */
  get end(): number {
    return this.#end
  }

  /** How long an array beside this one has to be. */
  get capacity(): number {
    return this.#lengths.length
  }

  /** The id of the prefix whose bytes begin at `offset`, or -1. Bits past its length do not count. */
  find(bytes: Uint8Array, offset: number, bits: number): number {
    this.#load(bytes, offset, bits)
    return this.#slots[this.#slotOf(bits)]! - 1
  }

  /** The id of the prefix, which is added where it is not there. Arrays beside may have to grow then. */
  add(bytes: Uint8Array, offset: number, bits: number): number {
    this.#load(bytes, offset, bits)
    const slot = this.#slotOf(bits)
    const found = this.#slots[slot]!
    if (found !== 0) return found - 1
    return this.#insert(bits, slot)
  }

  /** Frees the id for another prefix. */
  remove(id: number): void {
    const slot = this.#slotAt(id)
    this.#closeGap(slot)
    this.#lengths[id] = NO_LENGTH
    this.#keys[id * this.#words] = this.#free
    this.#free = id
    this.#size--
  }

  has(id: number): boolean {
    return id < this.#end && this.#lengths[id] !== NO_LENGTH
  }

  /** How many bits the prefix has. */
  bits(id: number): number {
    return this.#lengths[id]!
  }

  /** Writes length and bytes as messages have them; the offset after them. */
  write(id: number, into: Uint8Array, offset: number): number {
    const bits = this.#lengths[id]!
    into[offset] = bits
    const end = offset + 1 + prefixBytes(bits)
    let word = id * this.#words
    for (let at = offset + 1, shift = 24; at < end; at++) {
      into[at] = this.#keys[word]! >>> shift
      shift -= 8
      if (shift < 0) {
        shift = 24
        word++
      }
    }
    return end
  }

  /** How many bytes {@link write} writes. */
  wireLength(id: number): number {
    return 1 + prefixBytes(this.#lengths[id]!)
  }

  text(id: number): string {
    const bytes = new Uint8Array(17)
    this.write(id, bytes, 0)
    return formatPrefix(this.family, bytes, 1, bytes[0]!)
  }

  #insert(bits: number, slot: number): number {
    const full = this.#free === NONE && this.#end === this.#lengths.length
    if (full) this.#grow()
    const id = this.#free === NONE ? this.#end++ : this.#free
    if (id === this.#free) this.#free = this.#keys[id * this.#words]!
    this.#slots[full ? this.#slotOf(bits) : slot] = id + 1
    this.#keys.set(this.#key, id * this.#words)
    this.#lengths[id] = bits
    this.#size++
    return id
  }

  /** The prefix's words, bits past its length cleared. */
  #load(bytes: Uint8Array, offset: number, bits: number): void {
    const length = prefixBytes(bits)
    for (let word = 0; word < this.#words; word++) {
      let value = 0
      for (let at = 4 * word; at < 4 * word + 4; at++) value = (value << 8) | (at < length ? bytes[offset + at]! : 0)
      const kept = bits - 32 * word
      this.#key[word] = kept >= 32 ? value : kept <= 0 ? 0 : value & (-1 << (32 - kept))
    }
  }

  /** Where the loaded prefix is, or would be. */
  #slotOf(bits: number): number {
    const mask = this.#slots.length - 1
    let slot = hash(this.#key, 0, this.#words, bits) & mask
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) if (this.#is(this.#slots[slot]! - 1, bits)) break
    return slot
  }

  #is(id: number, bits: number): boolean {
    if (this.#lengths[id] !== bits) return false
    for (let word = 0; word < this.#words; word++)
      if (this.#keys[id * this.#words + word] !== this.#key[word]) return false
    return true
  }

  #home(id: number): number {
    return hash(this.#keys, id * this.#words, this.#words, this.#lengths[id]!) & (this.#slots.length - 1)
  }

  #slotAt(id: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#home(id)
    while (this.#slots[slot] !== id + 1) slot = (slot + 1) & mask
    return slot
  }

  /** Moves back what stands behind an emptied slot because that one was taken. */
  #closeGap(emptied: number): void {
    const mask = this.#slots.length - 1
    let gap = emptied
    for (let slot = (gap + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const distance = (slot - this.#home(this.#slots[slot]! - 1)) & mask
      if (distance < ((slot - gap) & mask)) continue
      this.#slots[gap] = this.#slots[slot]!
      gap = slot
    }
    this.#slots[gap] = 0
  }

  #grow(): void {
    const capacity = 2 * this.#lengths.length
    this.#keys = grown(this.#keys, capacity * this.#words)
    const lengths = new Uint8Array(capacity).fill(NO_LENGTH)
    lengths.set(this.#lengths)
    this.#lengths = lengths
    this.#slots = new Uint32Array(2 * capacity)
    const mask = this.#slots.length - 1
    for (let id = 0; id < this.#end; id++) {
      if (this.#lengths[id] === NO_LENGTH) continue
      let slot = this.#home(id)
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = id + 1
    }
  }
}

/** The array with more room. */
export function grown(array: Uint32Array, length: number): Uint32Array {
  const longer = new Uint32Array(length)
  longer.set(array)
  return longer
}

function hash(keys: Uint32Array, start: number, words: number, bits: number): number {
  let mixed = Math.imul(bits + 1, 0x9e3779b1)
  for (let word = start; word < start + words; word++) {
    mixed = Math.imul(mixed ^ keys[word]!, 0x85ebca6b)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0xc2b2ae35)
    mixed ^= mixed >>> 13
  }
  return mixed >>> 0
}
