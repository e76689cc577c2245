import { FormatError } from '../format-error.ts'
import { Reader } from './reader.ts'

const CLASS_64 = 2
const LITTLE_ENDIAN = 1
const BIG_ENDIAN = 2
const HEADER_SIZE = 64
const SECTION_SIZE = 64
const SYMBOL_SIZE = 24
const SECTION_SYMTAB = 2
const SECTION_NOBITS = 8
const INDEX_IN_SECTION_0 = 0xffff

/** `e_machine` of BPF objects. */
export const EM_BPF = 247
/** `sh_flags`: holds instructions. */
export const SHF_EXECINSTR = 4
/** `st_info` type: a function. */
export const STT_FUNC = 2
/** `st_info` binding: not seen outside the object. */
export const STB_LOCAL = 0

/** One section. `data` is empty for sections without bytes in the file (.bss), whose length is `size`. */
export interface ElfSection {
  readonly index: number
  readonly name: string
  readonly type: number
  readonly flags: bigint
  readonly size: number
  readonly link: number
  readonly data: Uint8Array
}

/** One symbol. `section` is the index of the section that `value` (in bytes) is an offset into. */
export interface ElfSymbol {
  readonly name: string
  readonly type: number
  readonly binding: number
  readonly section: number
  readonly value: number
  readonly size: number
}

/** What an ELF64 file says about itself. Offsets and sizes are in bytes. */
export interface ElfFile {
  readonly littleEndian: boolean
  readonly machine: number
  readonly sections: readonly ElfSection[]
  readonly symbols: readonly ElfSymbol[]
}

/**
 * Reads an ELF64 file's sections and symbols. `place` names the file in errors.
 *
 * Errors: {@link FormatError}; no input crashes it or makes it read outside `bytes`. Equivalent to `readelf -SsW`.
 */
export function parseElf(bytes: Uint8Array, place = 'ELF file'): ElfFile {
  const littleEndian = byteOrder(bytes, place)
  const file = new Reader(bytes, littleEndian, place)
  if (bytes.byteLength < HEADER_SIZE)
    throw new FormatError('TRUNCATED', place, `an ELF header has ${HEADER_SIZE} bytes, the file ${bytes.byteLength}`)
  const sections = readSections(file)
  return { littleEndian, machine: file.u16(18), sections, symbols: readSymbols(file, sections) }
}

/** The section of that name, or undefined. */
export function findSection(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name)
}

function byteOrder(bytes: Uint8Array, place: string): boolean {
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
  if (!isElf) throw new FormatError('MALFORMED', place, 'is not an ELF file; give the .o that clang -target bpf wrote')
  if (bytes[4] !== CLASS_64)
    throw new FormatError('UNSUPPORTED', place, `ELF class ${bytes[4]}, only 64-bit objects are read`)
  if (bytes[5] !== LITTLE_ENDIAN && bytes[5] !== BIG_ENDIAN)
    throw new FormatError('MALFORMED', place, `byte order ${bytes[5]}, expected 1 (little) or 2 (big)`)
  return bytes[5] === LITTLE_ENDIAN
}

function readSections(file: Reader): ElfSection[] {
  const table = file.size(40)
  if (table === 0) return []
  const entrySize = file.u16(58)
  if (entrySize !== SECTION_SIZE)
    throw new FormatError('MALFORMED', file.place, `section headers of ${entrySize} bytes, expected ${SECTION_SIZE}`)
  const count = file.u16(60) || file.size(table + 32)
  const headers = file.slice(table, count * SECTION_SIZE, `${file.place}, section headers`)
  const nameIndex = file.u16(62)
  const names = nameTable(file, headers, nameIndex === INDEX_IN_SECTION_0 ? headers.u32(40) : nameIndex)
  return Array.from({ length: count }, (_, index) => readSection(file, headers, names, index))
}

function nameTable(file: Reader, headers: Reader, index: number): Reader {
  const at = index * SECTION_SIZE
  return file.slice(headers.size(at + 24), headers.size(at + 32), `${file.place}, section names`)
}

function readSection(file: Reader, headers: Reader, names: Reader, index: number): ElfSection {
  const at = index * SECTION_SIZE
  const name = index === 0 ? '' : names.string(headers.u32(at))
  const type = headers.u32(at + 4)
  const size = headers.size(at + 32)
  const hasBytes = index !== 0 && type !== SECTION_NOBITS
  const place = `${file.place}, section ${name || index}`
  const data = hasBytes ? file.slice(headers.size(at + 24), size, place).bytes : new Uint8Array(0)
  return { index, name, type, flags: headers.u64(at + 8), size, link: headers.u32(at + 40), data }
}

function readSymbols(file: Reader, sections: readonly ElfSection[]): ElfSymbol[] {
  const table = sections.find((section) => section.type === SECTION_SYMTAB)
  if (!table) return []
  const strings = sections[table.link]
  if (!strings)
    throw new FormatError('MALFORMED', file.place, `symbol names in section ${table.link}, which is not there`)
  const names = new Reader(strings.data, file.littleEndian, `${file.place}, symbol names`)
  const symbols = new Reader(table.data, file.littleEndian, `${file.place}, symbols`)
  const count = Math.floor(table.data.byteLength / SYMBOL_SIZE)
  return Array.from({ length: count }, (_, index) => readSymbol(symbols, names, index * SYMBOL_SIZE))
}

function readSymbol(symbols: Reader, names: Reader, at: number): ElfSymbol {
  const nameOffset = symbols.u32(at)
  const info = symbols.u8(at + 4)
  return {
    name: nameOffset === 0 ? '' : names.string(nameOffset),
    type: info & 0xf,
    binding: info >> 4,
    section: symbols.u16(at + 6),
    value: symbols.size(at + 8),
    size: symbols.size(at + 16),
  }
}
