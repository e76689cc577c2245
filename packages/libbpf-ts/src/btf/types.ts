/** One type of a BTF section, as Documentation/bpf/btf.rst describes it. `type` fields are ids into the same {@link Btf}. */
export type BtfType =
  | BtfVoid
  | BtfInt
  | BtfFloat
  | BtfReference
  | BtfArray
  | BtfStruct
  | BtfEnum
  | BtfForward
  | BtfFunction
  | BtfFunctionPrototype
  | BtfVariable
  | BtfSection
  | BtfDeclTag

export interface BtfVoid {
  readonly kind: 'void'
  readonly name: ''
}

export interface BtfInt {
  readonly kind: 'int'
  readonly name: string
  readonly size: number
  readonly signed: boolean
  readonly bool: boolean
  /** Bits used; fewer than `size * 8` in old encodings of bitfields. */
  readonly bits: number
  readonly bitOffset: number
}

export interface BtfFloat {
  readonly kind: 'float'
  readonly name: string
  readonly size: number
}

/** A type that only points to, names or qualifies another one. */
export interface BtfReference {
  readonly kind: 'pointer' | 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag'
  readonly name: string
  readonly type: number
}

export interface BtfArray {
  readonly kind: 'array'
  readonly name: ''
  readonly type: number
  readonly length: number
}

export interface BtfMember {
  readonly name: string
  readonly type: number
  readonly bitOffset: number
  /** Width of a bitfield; 0 for an ordinary member. */
  readonly bitfieldBits: number
}

export interface BtfStruct {
  readonly kind: 'struct' | 'union'
  readonly name: string
  readonly size: number
  readonly members: readonly BtfMember[]
}

export interface BtfEnumerator {
  readonly name: string
  readonly value: bigint
}

/** BTF_KIND_ENUM and BTF_KIND_ENUM64 alike. */
export interface BtfEnum {
  readonly kind: 'enum'
  readonly name: string
  readonly size: number
  readonly signed: boolean
  readonly values: readonly BtfEnumerator[]
}

export interface BtfForward {
  readonly kind: 'forward'
  readonly name: string
  readonly union: boolean
}

export type BtfLinkage = 'static' | 'global' | 'extern'

export interface BtfFunction {
  readonly kind: 'function'
  readonly name: string
  readonly type: number
  readonly linkage: BtfLinkage
}

export interface BtfParameter {
  readonly name: string
  readonly type: number
}

export interface BtfFunctionPrototype {
  readonly kind: 'function_prototype'
  readonly name: ''
  readonly type: number
  readonly parameters: readonly BtfParameter[]
}

export interface BtfVariable {
  readonly kind: 'variable'
  readonly name: string
  readonly type: number
  readonly linkage: BtfLinkage
}

export interface BtfSectionEntry {
  readonly type: number
  /** In bytes. Objects that are not linked yet say 0 here; the ELF symbol has the place. */
  readonly offset: number
  readonly size: number
}

/** BTF_KIND_DATASEC: the variables of one ELF section. */
export interface BtfSection {
  readonly kind: 'section'
  readonly name: string
  readonly size: number
  readonly variables: readonly BtfSectionEntry[]
}

/** `__attribute__((btf_decl_tag("…")))`. `component` is the member's or parameter's index, -1 for the whole. */
export interface BtfDeclTag {
  readonly kind: 'decl_tag'
  readonly name: string
  readonly type: number
  readonly component: number
}
