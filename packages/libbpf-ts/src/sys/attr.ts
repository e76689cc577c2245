/** One `union bpf_attr` in the making: what a command's encoder fills. Fields not set are 0, as bpf(2) wants. */
export class Attr {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(size: number) {
    const buffer = new ArrayBuffer(size)
    this.bytes = new Uint8Array(buffer)
    this.#view = new DataView(buffer)
  }

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true)
    return this
  }

  u64(offset: number, value: bigint): this {
    this.#view.setBigUint64(offset, value, true)
    return this
  }

  getU32(offset: number): number {
    return this.#view.getUint32(offset, true)
  }

  getU64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true)
  }

  /** A `char[size]`, up to its NUL. */
  text(offset: number, size: number): string {
    const bytes = this.bytes.subarray(offset, offset + size)
    const end = bytes.indexOf(0)
    return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1')
  }

  /** A `char[size]`, cut so that a NUL remains. */
  name(offset: number, text: string, size = 16): this {
    this.bytes.set(Buffer.from(text, 'latin1').subarray(0, size - 1), offset)
    return this
  }
}

/** A C string, for attributes that point to one. */
export function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`)
}
