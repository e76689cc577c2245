import { FormatError } from '../format-error.ts'
import type { BtfReference, BtfType } from './types.ts'

/** Longer chains of typedefs and qualifiers, or deeper nesting, do not occur in C that compiles in practice; they are how hostile BTF loops. */
export const MAX_DEPTH = 64

/** Parsed BTF. Types are named by their id, the index into `types`; 0 is void. */
export class Btf {
  readonly types: readonly BtfType[]
  readonly littleEndian: boolean
  #byName: Map<string, number[]> | undefined
  #tags: Map<number, Tag[]> | undefined

  constructor(types: readonly BtfType[], littleEndian: boolean) {
    this.types = types
    this.littleEndian = littleEndian
  }

  type(id: number): BtfType {
    const type = this.types[id]
    if (!type)
      throw new FormatError('MALFORMED', `BTF type ${id}`, `is not there, the last one is ${this.types.length - 1}`)
    return type
  }

  /** The id of the type of that kind and name, or undefined. Structs, unions, enums and typedefs may share a name. */
  find(kind: BtfType['kind'], name: string): number | undefined {
    this.#byName ??= Map.groupBy(this.types.keys(), (id) => this.type(id).name)
    return this.#byName.get(name)?.find((id) => this.type(id).kind === kind)
  }

  /** The types a reference chain runs through, from `id` to the first that is neither typedef nor qualifier. */
  *chain(id: number): Generator<{ id: number; type: BtfType }> {
    for (let depth = 0, at = id; ; depth++) {
      if (depth > MAX_DEPTH) throw new FormatError('MALFORMED', `BTF type ${id}`, 'is an endless chain of typedefs')
      const type = this.type(at)
      yield { id: at, type }
      if (!isAlias(type)) return
      at = type.type
    }
  }

  /** What a type is once typedefs, qualifiers and type tags are taken off. */
  resolve(id: number): { id: number; type: BtfType } {
    let last = { id, type: this.type(id) }
    for (const link of this.chain(id)) last = link
    return last
  }

  /** The texts of a type's `btf_decl_tag`s; `component` is a member's index. */
  tags(id: number, component = -1): string[] {
    this.#tags ??= this.#collectTags()
    return (this.#tags.get(id) ?? []).filter((tag) => tag.component === component).map((tag) => tag.text)
  }

  #collectTags(): Map<number, Tag[]> {
    const tags = new Map<number, Tag[]>()
    for (const type of this.types) {
      if (type.kind !== 'decl_tag') continue
      const list = tags.get(type.type) ?? []
      list.push({ component: type.component, text: type.name })
      tags.set(type.type, list)
    }
    return tags
  }
}

/** What a type is called in messages: `struct service`, `__u32`, `enum (BTF type 7)`. */
export function describe(btf: Btf, id: number): string {
  const type = btf.type(id)
  const name = type.name || `(BTF type ${id})`
  return type.kind === 'struct' || type.kind === 'union' || type.kind === 'enum' ? `${type.kind} ${name}` : name
}

interface Tag {
  readonly component: number
  readonly text: string
}

function isAlias(type: BtfType): type is BtfReference {
  switch (type.kind) {
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type_tag':
      return true
    default:
      return false
  }
}
