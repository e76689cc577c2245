import type { ElfFile } from '../elf/elf.ts'
import { FormatError } from '../format-error.ts'
import { MAX_DEPTH, type Btf } from './btf.ts'
import { sizeOf } from './size.ts'
import { docs } from './tags.ts'

/** A global variable of an object. Offsets and sizes are in bytes. */
export interface VariableDeclaration {
  readonly name: string
  /** The ELF section: `.rodata`, `.data`, `.bss`, `.export`, …, each but the last a map once loaded. */
  readonly section: string
  readonly type: number
  readonly offset: number
  readonly size: number
  readonly doc: readonly string[]
  /** Declared `volatile`, so that the compiler has left every read of it to the verifier. */
  readonly volatile: boolean
  /** What the object says its bytes are; zeros in .bss. */
  readonly initial: Uint8Array
}

/** Sections whose entries are not variables of the object itself. */
const NOT_VARIABLES = new Set(['.maps', '.kconfig', '.ksyms', 'license', 'version'])

/** The global variables of an object in their order of sections. Objects that are not linked have offsets only in the symbol table. */
export function declaredVariables(elf: ElfFile, btf: Btf): VariableDeclaration[] {
  return btf.types.flatMap((section) => {
    if (section.kind !== 'section' || NOT_VARIABLES.has(section.name)) return []
    const variables = section.variables.map((entry) => declared(elf, btf, section.name, entry.type))
    return variables.toSorted((a, b) => a.offset - b.offset)
  })
}

function declared(elf: ElfFile, btf: Btf, sectionName: string, id: number): VariableDeclaration {
  const variable = btf.type(id)
  if (variable.kind !== 'variable')
    throw new FormatError(
      'MALFORMED',
      `section ${sectionName}`,
      `holds a ${variable.kind}, not a variable (BTF type ${id})`,
    )
  const { name, type } = variable
  const section = elf.sections.find((candidate) => candidate.name === sectionName)
  const symbol = elf.symbols.find((candidate) => candidate.name === name && candidate.section === section?.index)
  if (!section || !symbol)
    throw new FormatError('MALFORMED', `variable ${name}`, `has no symbol in section ${sectionName}`)
  const size = sizeOf(btf, type)
  if (symbol.value + size > section.size)
    throw new FormatError(
      'MALFORMED',
      `variable ${name}`,
      `ends at byte ${symbol.value + size} of ${sectionName}'s ${section.size}`,
    )
  const initial = initialBytes(section.data, symbol.value, size)
  const doc = docs(btf.tags(id))
  return { name, section: sectionName, type, offset: symbol.value, size, doc, volatile: isVolatile(btf, type), initial }
}

function initialBytes(data: Uint8Array, offset: number, size: number): Uint8Array {
  return data.byteLength === 0 ? new Uint8Array(size) : data.slice(offset, offset + size)
}

/** Qualifiers of an array stand on its element. */
function isVolatile(btf: Btf, id: number, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false
  let end = btf.type(id)
  for (const { type } of btf.chain(id)) {
    if (type.kind === 'volatile') return true
    end = type
  }
  return end.kind === 'array' && isVolatile(btf, end.type, depth + 1)
}
