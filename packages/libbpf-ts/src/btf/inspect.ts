import { EM_BPF, findSection, parseElf, SHF_EXECINSTR, STB_LOCAL, STT_FUNC, type ElfFile } from '../elf/elf.ts'
import { FormatError } from '../format-error.ts'
import type { Btf } from './btf.ts'
import { declaredMaps, type MapDeclaration } from './maps.ts'
import { parseBtf } from './parse.ts'
import { declaredVariables, type VariableDeclaration } from './variables.ts'

/** A program: a global function in a section of its own. */
export interface ProgramDeclaration {
  readonly name: string
  /** What libbpf takes the program's type and hook from: `xdp`, `tc`, `cgroup/connect4`, … */
  readonly section: string
}

/** What an object file declares, read without libbpf, root or kernel. */
export interface ObjectDeclarations {
  readonly btf: Btf
  readonly maps: readonly MapDeclaration[]
  readonly programs: readonly ProgramDeclaration[]
  readonly variables: readonly VariableDeclaration[]
}

/** Reads a BPF object's declarations. `place` names the object in errors. Errors: {@link FormatError}. */
export function inspectObject(bytes: Uint8Array, place = 'BPF object'): ObjectDeclarations {
  const elf = parseElf(bytes, place)
  if (elf.machine !== EM_BPF)
    throw new FormatError(
      'UNSUPPORTED',
      place,
      `is for machine ${elf.machine}, not BPF (247); compile with -target bpf`,
    )
  const section = findSection(elf, '.BTF')
  if (!section)
    throw new FormatError('UNSUPPORTED', place, 'has no BTF; compile with clang -g (llvm-strip -g keeps BTF)')
  const btf = parseBtf(section.data, `${place}, BTF`)
  return { btf, maps: declaredMaps(btf), programs: declaredPrograms(elf), variables: declaredVariables(elf, btf) }
}

function declaredPrograms(elf: ElfFile): ProgramDeclaration[] {
  return elf.symbols
    .filter((symbol) => symbol.type === STT_FUNC && symbol.binding !== STB_LOCAL)
    .toSorted((a, b) => a.section - b.section || a.value - b.value)
    .flatMap((symbol) => {
      const section = elf.sections[symbol.section]
      const isProgram = section && (section.flags & BigInt(SHF_EXECINSTR)) !== 0n && section.name !== '.text'
      return isProgram ? [{ name: symbol.name, section: section.name }] : []
    })
}
