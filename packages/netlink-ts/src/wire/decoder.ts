import { TextDecoder } from 'node:util'
import type { Trouble, WireError } from './error.ts'

const HEADER = 4
const TYPE_MASK = 0x3fff
const text = new TextDecoder()

/**
 * Reads a run of attributes (type, length, payload), one at a time:
 *
 *     while (decoder.next()) if (decoder.type === IFLA_MTU) mtu = decoder.u32()
 *     if (decoder.error) …
 *
 * Bad bytes never throw and never loop: the first error sticks, and from then on `next()` is false and every
 * reader returns its zero. A payload longer than its type is fine (kernels grow structs), a shorter one is an error.
 */
export class AttributeDecoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #end: number
  readonly #trouble: Trouble
  #next: number
  /** The current attribute's number, without the nested and byte-order flags. */
  type = 0
  /** Where its payload starts in the buffer, and how long it is. */
  start = 0
  length = 0

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, trouble: Trouble = { error: undefined }) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#next = start
    this.#end = Math.min(end, bytes.length)
    this.#trouble = trouble
  }

  /** A decoder that stands on one payload, as if it had just come to that attribute. */
  static ofPayload(payload: Uint8Array): AttributeDecoder {
    const decoder = new AttributeDecoder(payload)
    decoder.length = payload.length
    decoder.#next = payload.length
    return decoder
  }

  /** The first error, of this decoder or of one nested in it. */
  get error(): WireError | undefined {
    return this.#trouble.error
  }

  /** Goes to the next attribute; false at the end and after an error. */
  next(): boolean {
    if (this.#trouble.error !== undefined || this.#next >= this.#end) return false
    const left = this.#end - this.#next
    if (left < HEADER) return this.fail(`${left} bytes left, an attribute's header takes ${HEADER}`)
    const length = this.#view.getUint16(this.#next, true)
    if (length < HEADER || length > left) return this.fail(`an attribute of ${length} bytes where ${left} are left`)
    this.type = this.#view.getUint16(this.#next + 2, true) & TYPE_MASK
    this.start = this.#next + HEADER
    this.length = length - HEADER
    this.#next += (length + 3) & ~3
    return true
  }

  u8(): number {
    return this.#has(1) ? this.#view.getUint8(this.start) : 0
  }

  u16(): number {
    return this.#has(2) ? this.#view.getUint16(this.start, true) : 0
  }

  /** A number in network order. */
  be16(): number {
    return this.#has(2) ? this.#view.getUint16(this.start) : 0
  }

  u32(): number {
    return this.#has(4) ? this.#view.getUint32(this.start, true) : 0
  }

  be32(): number {
    return this.#has(4) ? this.#view.getUint32(this.start) : 0
  }

  s32(): number {
    return this.#has(4) ? this.#view.getInt32(this.start, true) : 0
  }

  u64(): bigint {
    return this.#has(8) ? this.#view.getBigUint64(this.start, true) : 0n
  }

  /** Text up to the first NUL, or to the payload's end. */
  string(): string {
    if (this.error !== undefined) return ''
    let ascii = ''
    for (let at = this.start; at < this.start + this.length; at++) {
      const byte = this.#bytes[at]!
      if (byte === 0) break
      if (byte > 0x7f) return this.#utf8()
      ascii += String.fromCharCode(byte)
    }
    return ascii
  }

  /** The payload, not copied. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(this.start, this.start + this.length)
  }

  /** A decoder over the payload, after a fixed header of `header` bytes. */
  nested(header = 0): AttributeDecoder {
    if (header > 0 && !this.#has(header)) return new AttributeDecoder(this.#bytes, 0, 0, this.#trouble)
    return new AttributeDecoder(this.#bytes, this.start + header, this.start + this.length, this.#trouble)
  }

  /** A reader over the payload for structs: `at(4, 'u32')` is safe while `length` covers it. */
  view(): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.start, this.length)
  }

  /** A decoder over a part of the payload, for arrays of structs with attributes behind each. */
  part(start: number, end: number): AttributeDecoder {
    return new AttributeDecoder(this.#bytes, this.start + start, this.start + Math.min(end, this.length), this.#trouble)
  }

  /** Reports bad bytes at the current place; the first report sticks. Always false. */
  fail(problem: string): false {
    this.#trouble.error ??= { offset: this.#next, problem }
    return false
  }

  #utf8(): string {
    const payload = this.bytes()
    const nul = payload.indexOf(0)
    return text.decode(nul < 0 ? payload : payload.subarray(0, nul))
  }

  #has(size: number): boolean {
    if (this.#trouble.error !== undefined) return false
    return this.length >= size || this.fail(`attribute ${this.type} has ${this.length} bytes, expected ${size}`)
  }
}
