import { Reader } from '../elf/reader.ts'
import { FormatError } from '../format-error.ts'
import { Btf } from './btf.ts'
import { KINDS } from './kinds.ts'
import type { BtfType } from './types.ts'

const MAGIC = 0xeb9f
const HEADER_SIZE = 24

/**
 * Reads a BTF section (or `/sys/kernel/btf/vmlinux`). Every type id in the result is in range.
 *
 * Errors: {@link FormatError}. Equivalent to `bpftool btf dump file <object>`.
 */
export function parseBtf(bytes: Uint8Array, place = 'BTF'): Btf {
  const reader = new BtfReader(bytes, place)
  const types = reader.types()
  checkReferences(types, place)
  return new Btf(types, reader.littleEndian)
}

class BtfReader {
  readonly littleEndian: boolean
  readonly place: string
  readonly #types: Reader
  readonly #strings: Reader

  constructor(bytes: Uint8Array, place: string) {
    this.place = place
    this.littleEndian = bytes[0] === (MAGIC & 0xff)
    const file = new Reader(bytes, this.littleEndian, place)
    if (file.u16(0) !== MAGIC) throw new FormatError('MALFORMED', place, 'does not begin with the BTF magic 0xeb9f')
    if (file.u8(2) !== 1) throw new FormatError('UNSUPPORTED', place, `BTF version ${file.u8(2)}, only 1 is known`)
    const header = file.u32(4)
    if (header < HEADER_SIZE)
      throw new FormatError('MALFORMED', place, `BTF header of ${header} bytes, expected ${HEADER_SIZE}`)
    this.#types = file.slice(header + file.u32(8), file.u32(12), `${place}, types`)
    this.#strings = file.slice(header + file.u32(16), file.u32(20), `${place}, strings`)
  }

  name(offset: number): string {
    return this.#strings.string(offset)
  }

  types(): BtfType[] {
    const types: BtfType[] = [{ kind: 'void', name: '' }]
    for (let at = 0; at < this.#types.bytes.byteLength;) at = this.#type(at, types)
    return types
  }

  #type(at: number, types: BtfType[]): number {
    const info = this.#types.u32(at + 4)
    const vlen = info & 0xffff
    const id = types.length
    const kind = KINDS[(info >>> 24) & 0x1f]
    if (!kind) throw new FormatError('UNSUPPORTED', `${this.place}, type ${id}`, `unknown kind ${(info >>> 24) & 0x1f}`)
    const length = kind.extra + kind.element * vlen
    const body = this.#types.slice(at + 12, length, `${this.place}, type ${id}`)
    const name = this.name(this.#types.u32(at))
    types.push(kind.read({ id, name, vlen, flag: info >>> 31 === 1, sizeOrType: this.#types.u32(at + 8) }, body, this))
    return at + 12 + length
  }
}

function checkReferences(types: readonly BtfType[], place: string): void {
  for (const [id, type] of types.entries()) {
    for (const target of references(type)) {
      if (target < types.length) continue
      throw new FormatError(
        'MALFORMED',
        `${place}, type ${id}`,
        `refers to type ${target}, the last one is ${types.length - 1}`,
      )
    }
  }
}

function references(type: BtfType): number[] {
  if (type.kind === 'struct' || type.kind === 'union') return type.members.map((member) => member.type)
  if (type.kind === 'section') return type.variables.map((entry) => entry.type)
  if (type.kind === 'function_prototype') return [type.type, ...type.parameters.map((parameter) => parameter.type)]
  return 'type' in type ? [type.type] : []
}
