import { FormatError } from '../format-error.ts'
import { MAX_DEPTH, type Btf } from './btf.ts'

const POINTER_SIZE = 8
const MAX_SIZE = 0xffff_ffff

/** The size of a type in bytes, as `sizeof` gives it. Void, functions and forward declarations have none: {@link FormatError}. */
export function sizeOf(btf: Btf, id: number): number {
  return sizeAt(btf, id, 0)
}

function sizeAt(btf: Btf, id: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new FormatError('MALFORMED', `BTF type ${id}`, `nests arrays deeper than ${MAX_DEPTH}`)
  const { type } = btf.resolve(id)
  if (type.kind === 'pointer') return POINTER_SIZE
  if (type.kind === 'variable') return sizeAt(btf, type.type, depth + 1)
  if (type.kind === 'array') return checked(type.length * sizeAt(btf, type.type, depth + 1), id)
  if ('size' in type) return type.size
  throw new FormatError('UNSUPPORTED', `BTF type ${id}`, `is a ${type.kind.replace('_', ' ')}, which has no size`)
}

function checked(size: number, id: number): number {
  if (size <= MAX_SIZE) return size
  throw new FormatError('MALFORMED', `BTF type ${id}`, `has ${size} bytes, more than BPF can address`)
}
