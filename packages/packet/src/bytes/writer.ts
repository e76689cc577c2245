/** A field that cannot be written: names the field, the value and what would be right. */
export class BuildError extends Error {
  override readonly name = 'BuildError'
  /** `INVALID_FIELD`: a value does not fit its field. `MISSING_FIELD`: a value cannot be worked out and must be given. */
  readonly code: 'INVALID_FIELD' | 'MISSING_FIELD'
  /** For example `udp.dstPort`. */
  readonly field: string

  constructor(code: 'INVALID_FIELD' | 'MISSING_FIELD', field: string, problem: string, options?: ErrorOptions) {
    super(`${field} ${problem}`, options)
    this.code = code
    this.field = field
  }
}

/** Writes one header's fields one after another, in network order, and refuses values that do not fit. */
export class HeaderWriter {
  readonly #bytes: Uint8Array
  readonly #header: string
  #offset: number

  constructor(bytes: Uint8Array, offset: number, header: string) {
    this.#bytes = bytes
    this.#offset = offset
    this.#header = header
  }

  u8(field: string, value: number): this {
    this.#bytes[this.#offset++] = this.#fit(field, value, 8)
    return this
  }

  u16(field: string, value: number): this {
    this.#fit(field, value, 16)
    this.#bytes[this.#offset++] = value >>> 8
    this.#bytes[this.#offset++] = value
    return this
  }

  u32(field: string, value: number): this {
    this.#fit(field, value, 32)
    for (const shift of [24, 16, 8, 0]) this.#bytes[this.#offset++] = value >>> shift
    return this
  }

  /** Packs fields of `width` bits into one big-endian number; the widths add up to 8, 16 or 32. */
  bits(...fields: readonly (readonly [field: string, width: number, value: number])[]): this {
    let packed = 0
    let total = 0
    for (const [field, width, value] of fields) {
      packed = packed * 2 ** width + this.#fit(field, value, width)
      total += width
    }
    for (let shift = total - 8; shift >= 0; shift -= 8) this.#bytes[this.#offset++] = packed >>> shift
    return this
  }

  bytes(value: Uint8Array): this {
    this.#bytes.set(value, this.#offset)
    this.#offset += value.length
    return this
  }

  /** Text that `parse` turns into bytes; its error becomes the field's. */
  parsed(field: string, text: string, parse: (text: string) => Uint8Array): this {
    return this.bytes(parseField(this.#header, field, text, parse))
  }

  #fit(field: string, value: number, bits: number): number {
    const max = 2 ** bits - 1
    if (Number.isInteger(value) && value >= 0 && value <= max) return value
    throw new BuildError(
      'INVALID_FIELD',
      `${this.#header}.${field}`,
      `is ${value}; it must be a whole number from 0 to ${max}`,
    )
  }
}

/** The bytes of an address in text; what is wrong with it is told with the field's name. */
export function parseField(
  header: string,
  field: string,
  text: string,
  parse: (text: string) => Uint8Array,
): Uint8Array {
  try {
    return parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BuildError('INVALID_FIELD', `${header}.${field}`, `is wrong: ${reason}`, { cause: error })
  }
}
