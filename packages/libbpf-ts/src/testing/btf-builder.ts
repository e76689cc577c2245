/** Encodes BTF for tests, in either byte order: also kinds that the pinned clang does not write. */
export class BtfBuilder {
  readonly #littleEndian: boolean
  readonly #types: number[][] = []
  #strings = '\0'

  constructor(littleEndian = true) {
    this.#littleEndian = littleEndian
  }

  /** Any type at all, right or wrong. Gives its id. */
  raw(kind: number, name: string, sizeOrType: number, words: readonly number[] = [], vlen = 0, flag = false): number {
    const info = ((flag ? 1 << 31 : 0) | (kind << 24) | vlen) >>> 0
    return this.#types.push([this.string(name), info, sizeOrType, ...words])
  }

  string(text: string): number {
    if (text === '') return 0
    const offset = this.#strings.length
    this.#strings += `${text}\0`
    return offset
  }

  /** The id that the next type will get: for types that refer to themselves. */
  get nextId(): number {
    return this.#types.length + 1
  }

  int(name: string, size: number, encoding: '' | 'signed' | 'bool' = '', bits: number = size * 8): number {
    const encodings = { '': 0, signed: 1, bool: 4 }
    return this.raw(1, name, size, [(encodings[encoding] << 24) | bits])
  }

  pointer(type: number): number {
    return this.raw(2, '', type)
  }

  array(type: number, length: number): number {
    return this.raw(3, '', 0, [type, type, length])
  }

  struct(name: string, size: number, members: readonly Member[], kind: 'struct' | 'union' = 'struct'): number {
    const flag = members.some((member) => member.bitfield !== undefined)
    const words = members.flatMap((member) => [
      this.string(member.name),
      member.type,
      member.bits + ((member.bitfield ?? 0) << 24),
    ])
    return this.raw(kind === 'struct' ? 4 : 5, name, size, words, members.length, flag)
  }

  enum32(name: string, values: Record<string, number>, signed = false, size = 4): number {
    const words = Object.entries(values).flatMap(([key, value]) => [this.string(key), value >>> 0])
    return this.raw(6, name, size, words, words.length / 2, signed)
  }

  enum64(name: string, values: Record<string, bigint>, signed = false): number {
    const words = Object.entries(values).flatMap(([key, value]) => {
      const unsigned = BigInt.asUintN(64, value)
      return [this.string(key), Number(unsigned & 0xffff_ffffn), Number(unsigned >> 32n)]
    })
    return this.raw(19, name, 8, words, words.length / 3, signed)
  }

  typedef(name: string, type: number): number {
    return this.raw(8, name, type)
  }

  volatile(type: number): number {
    return this.raw(9, '', type)
  }

  const(type: number): number {
    return this.raw(10, '', type)
  }

  variable(name: string, type: number, linkage = 1): number {
    return this.raw(14, name, type, [linkage])
  }

  section(name: string, variables: readonly number[]): number {
    const words = variables.flatMap((type) => [type, 0, 0])
    return this.raw(15, name, 0, words, variables.length)
  }

  float(name: string, size: number): number {
    return this.raw(16, name, size)
  }

  declTag(text: string, type: number, component = -1): number {
    return this.raw(17, text, type, [component])
  }

  typeTag(text: string, type: number): number {
    return this.raw(18, text, type)
  }

  bytes(): Uint8Array {
    const words = this.#types.flat()
    const strings = new TextEncoder().encode(this.#strings)
    const bytes = new Uint8Array(24 + words.length * 4 + strings.byteLength)
    const view = new DataView(bytes.buffer)
    const header = [24, 0, words.length * 4, words.length * 4, strings.byteLength]
    view.setUint16(0, 0xeb9f, this.#littleEndian)
    view.setUint8(2, 1)
    for (const [index, word] of [...header, ...words].entries()) view.setUint32(4 + index * 4, word, this.#littleEndian)
    bytes.set(strings, 24 + words.length * 4)
    return bytes
  }
}

/** A struct's member; `bits` is its offset, `bitfield` its width when it is one. */
export interface Member {
  readonly name: string
  readonly type: number
  readonly bits: number
  readonly bitfield?: number
}
