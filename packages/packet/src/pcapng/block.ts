/** One option of a block: code and value, as pcapng has them. */
export interface BlockOption {
  readonly code: number
  readonly value: Uint8Array
}

const END_OF_OPTIONS = 0
const OPTION_HEADER = 4
const BLOCK_HEADER = 8
const BLOCK_TRAILER = 4

const encoder = new TextEncoder()

/** Text in an option is UTF-8 without an end mark; what is longer than an option may be is cut. */
export function textOption(code: number, text: string): BlockOption {
  return { code, value: encoder.encode(text).subarray(0, 0xffff) }
}

/** A number in an option, little-endian. */
export function numberOption(code: number, value: number | bigint, bytes: 1 | 4 | 8): BlockOption {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(value), true)
  return { code, value: new Uint8Array(view.buffer, 0, bytes) }
}

/** A whole block: its type, its fixed part, data that is padded to 32 bits, and options. Little-endian. */
export function block(type: number, fixed: Uint8Array, data: Uint8Array, options: readonly BlockOption[]): Uint8Array {
  const optionBytes = options.reduce((sum, { value }) => sum + OPTION_HEADER + padded(value.length), 0)
  const end = options.length > 0 ? OPTION_HEADER : 0
  const length = BLOCK_HEADER + fixed.length + padded(data.length) + optionBytes + end + BLOCK_TRAILER
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, length, true)
  bytes.set(fixed, BLOCK_HEADER)
  bytes.set(data, BLOCK_HEADER + fixed.length)
  let at = BLOCK_HEADER + fixed.length + padded(data.length)
  for (const { code, value } of options) at = putOption(view, at, code, value)
  if (end > 0) putOption(view, at, END_OF_OPTIONS, new Uint8Array())
  view.setUint32(length - BLOCK_TRAILER, length, true)
  return bytes
}

function putOption(view: DataView, at: number, code: number, value: Uint8Array): number {
  view.setUint16(at, code, true)
  view.setUint16(at + 2, value.length, true)
  new Uint8Array(view.buffer).set(value, at + OPTION_HEADER)
  return at + OPTION_HEADER + padded(value.length)
}

function padded(length: number): number {
  return (length + 3) & ~3
}
