import type { Codec } from './codec.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** A copy of `size` bytes at `offset`. */
export function readBytes(view: DataView, offset: number, size: number): Uint8Array {
  return bytesOf(view, offset, size).slice()
}

/** Writes exactly `size` bytes. Errors: RangeError naming `place` when `value` has another length. */
export function writeBytes(view: DataView, offset: number, size: number, value: Uint8Array, place: string): void {
  if (value.byteLength !== size) throw new RangeError(`${place}: has ${value.byteLength} bytes, must have ${size}`)
  bytesOf(view, offset, size).set(value)
}

/** The UTF-8 string in a `char[size]`, up to its first NUL. */
export function readChars(view: DataView, offset: number, size: number): string {
  const bytes = bytesOf(view, offset, size)
  const end = bytes.indexOf(0)
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Writes a string and fills the rest with NUL. Errors: RangeError naming `place` when it, with one NUL, does not fit, or contains a NUL. */
export function writeChars(view: DataView, offset: number, size: number, value: string, place: string): void {
  const encoded = encoder.encode(value)
  if (encoded.byteLength >= size)
    throw new RangeError(`${place}: ${JSON.stringify(value)} has ${encoded.byteLength} bytes, at most ${size - 1} fit`)
  if (encoded.includes(0)) throw new RangeError(`${place}: ${JSON.stringify(value)} contains a NUL`)
  const bytes = bytesOf(view, offset, size)
  bytes.set(encoded)
  bytes.fill(0, encoded.byteLength)
}

/** Zeroes padding. */
export function writeZeros(view: DataView, offset: number, size: number): void {
  bytesOf(view, offset, size).fill(0)
}

/** Errors: RangeError naming `place` when an array for a C array of `length` elements has another length. */
export function checkLength(value: ArrayLike<unknown>, length: number, place: string): void {
  if (value.length !== length) throw new RangeError(`${place}: has ${value.length} elements, must have ${length}`)
}

/** `__u8[size]`. */
export function bytes(size: number): Codec<Uint8Array> {
  return {
    size,
    align: 1,
    read: (view, offset) => readBytes(view, offset, size),
    write: (view, offset, value) => writeBytes(view, offset, size, value, `bytes(${size})`),
  }
}

/** `char[size]`. */
export function chars(size: number): Codec<string> {
  return {
    size,
    align: 1,
    read: (view, offset) => readChars(view, offset, size),
    write: (view, offset, value) => writeChars(view, offset, size, value, `chars(${size})`),
  }
}

function bytesOf(view: DataView, offset: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + checked(view, offset, size), size)
}

function checked(view: DataView, offset: number, size: number): number {
  if (offset >= 0 && offset + size <= view.byteLength) return offset
  throw new RangeError(`${size} bytes at offset ${offset} of a view of ${view.byteLength}`)
}
