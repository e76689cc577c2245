import { FormatError } from '../format-error.ts'

const utf8 = new TextDecoder()

/** Reads integers and strings of a byte range that may be hostile: everything outside the range is an error that names the place. */
export class Reader {
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  readonly place: string
  readonly #view: DataView

  constructor(bytes: Uint8Array, littleEndian: boolean, place: string) {
    this.bytes = bytes
    this.littleEndian = littleEndian
    this.place = place
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(offset: number): number {
    this.#need(offset, 1)
    return this.#view.getUint8(offset)
  }

  u16(offset: number): number {
    this.#need(offset, 2)
    return this.#view.getUint16(offset, this.littleEndian)
  }

  u32(offset: number): number {
    this.#need(offset, 4)
    return this.#view.getUint32(offset, this.littleEndian)
  }

  s32(offset: number): number {
    return this.u32(offset) | 0
  }

  u64(offset: number): bigint {
    this.#need(offset, 8)
    return this.#view.getBigUint64(offset, this.littleEndian)
  }

  /** A 64-bit length or offset; what no file can hold is refused. */
  size(offset: number): number {
    const value = this.u64(offset)
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FormatError(
        'MALFORMED',
        this.place,
        `offset or size 0x${value.toString(16)} at byte ${offset} is absurd`,
      )
    return Number(value)
  }

  slice(offset: number, length: number, place: string): Reader {
    this.#need(offset, length, place)
    return new Reader(this.bytes.subarray(offset, offset + length), this.littleEndian, place)
  }

  /** The NUL-terminated string at `offset`. */
  string(offset: number): string {
    this.#need(offset, 1)
    const end = this.bytes.indexOf(0, offset)
    if (end < 0) throw new FormatError('MALFORMED', this.place, `string at byte ${offset} has no end`)
    return utf8.decode(this.bytes.subarray(offset, end))
  }

  #need(offset: number, length: number, place: string = this.place): void {
    if (offset + length <= this.bytes.byteLength) return
    throw new FormatError(
      'TRUNCATED',
      place,
      `needs ${length} bytes at offset ${offset}, has ${this.bytes.byteLength} in all`,
    )
  }
}
