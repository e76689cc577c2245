import { TextEncoder } from 'node:util'

const NESTED = 0x8000
const MAX_ATTRIBUTE = 0xffff
const utf8 = new TextEncoder()

/** Writes messages and attributes into a buffer that grows. Numbers are in host order (little-endian) unless named `be`. */
export class Encoder {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  #length = 0

  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  /** What is written so far, not copied: valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  reset(): void {
    this.#length = 0
  }

  u8(value: number): this {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value, true)
    return this
  }

  be16(value: number): this {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value)
    return this
  }

  u32(value: number): this {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  be32(value: number): this {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value)
    return this
  }

  u64(value: bigint): this {
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, value, true)
    return this
  }

  write(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** Text with its closing NUL. */
  string(value: string): this {
    return this.text(value).u8(0)
  }

  text(value: string): this {
    return this.write(utf8.encode(value))
  }

  zeros(count: number): this {
    const at = this.#reserve(count)
    this.#bytes.fill(0, at, at + count)
    return this
  }

  /** Starts an attribute; its payload is what is written until {@link end} is called with the result. */
  begin(type: number): number {
    const at = this.#length
    this.u16(0).u16(type)
    return at
  }

  /** Starts an attribute that holds attributes. */
  beginNested(type: number): number {
    return this.begin(type | NESTED)
  }

  /** Ends the attribute that started at `at`: writes its length, pads to 4 bytes. */
  end(at: number): void {
    const length = this.#length - at
    if (length > MAX_ATTRIBUTE) throw new RangeError(`an attribute of ${length} bytes: ${MAX_ATTRIBUTE} is the most`)
    this.#view.setUint16(at, length, true)
    this.zeros(-length & 3)
  }

  /** Overwrites a number that is written already (a length that is only known at the end). */
  patch16(at: number, value: number): void {
    this.#view.setUint16(at, value, true)
  }

  patch32(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
  }

  #reserve(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) this.#grow()
    return at
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
