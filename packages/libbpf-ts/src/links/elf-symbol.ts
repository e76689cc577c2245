import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Reader } from '../elf/reader.ts'
import { BpfError, invalidInput } from '../errors.ts'

const SYMBOL_SIZE = 24
const SYMTAB = 2
const DYNSYM = 11
const FUNCTION = 2
const INDIRECT_FUNCTION = 10

interface Section {
  readonly type: number
  readonly address: bigint
  readonly offset: number
  readonly size: number
  readonly link: number
}

/** Reads parts of a file: binaries are large, and their symbol tables a small part of them. */
class ElfOnDisk implements Disposable {
  readonly path: string
  readonly #fd: number
  readonly #size: number

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'r')
    this.#size = fstatSync(this.#fd).size
  }

  read(offset: number, length: number): Reader {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#size - offset)))
    readSync(this.#fd, bytes, 0, bytes.byteLength, offset)
    return new Reader(bytes, true, `${this.path}, byte ${offset}`).slice(0, length, this.path)
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

/** Where a function's code begins, in bytes from the file's begin. Errors: NOT_FOUND, INVALID_INPUT. */
export function symbolOffset(path: string, symbol: string, operation: string): bigint {
  try {
    using file = new ElfOnDisk(path)
    const sections = readSections(file, operation)
    const found = [SYMTAB, DYNSYM].map((type) => search(file, sections, type, symbol)).find((at) => at !== undefined)
    if (found !== undefined) return found
  } catch (cause) {
    if (cause instanceof BpfError) throw cause
    throw new BpfError('NOT_FOUND', operation, `${path}: ${String(cause)}`, { cause })
  }
  const hint = 'nm and nm -D list what it has; a stripped binary takes `offset`'
  throw new BpfError('NOT_FOUND', operation, `${path} has no function "${symbol}"`, { hint })
}

function readSections(file: ElfOnDisk, operation: string): Section[] {
  const header = file.read(0, 64)
  if (header.u32(0) !== 0x464c457f || header.u8(4) !== 2 || header.u8(5) !== 1)
    throw invalidInput(operation, `${file.path} is no 64-bit little-endian ELF file`)
  const [size, count] = [header.u16(58), header.u16(60)]
  const table = file.read(header.size(40), size * count)
  return Array.from({ length: count }, (_, index) => {
    const at = index * size
    return {
      type: table.u32(at + 4),
      address: table.u64(at + 16),
      offset: table.size(at + 24),
      size: table.size(at + 32),
      link: table.u32(at + 40),
    }
  })
}

function search(file: ElfOnDisk, sections: readonly Section[], type: number, symbol: string): bigint | undefined {
  const table = sections.find((section) => section.type === type)
  const names = table && sections[table.link]
  if (!table || !names) return undefined
  const [symbols, strings] = [file.read(table.offset, table.size), file.read(names.offset, names.size)]
  const wanted = Buffer.from(`${symbol}\0`)
  for (let at = 0; at + SYMBOL_SIZE <= table.size; at += SYMBOL_SIZE) {
    const kind = symbols.u8(at + 4) & 0xf
    const home = sections[symbols.u16(at + 6)]
    if ((kind !== FUNCTION && kind !== INDIRECT_FUNCTION) || !home || symbols.u16(at + 6) === 0) continue
    if (wanted.equals(strings.bytes.subarray(symbols.u32(at), symbols.u32(at) + wanted.byteLength)))
      return symbols.u64(at + 8) - home.address + BigInt(home.offset)
  }
  return undefined
}
