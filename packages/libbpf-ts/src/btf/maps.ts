import { FormatError } from '../format-error.ts'
import type { Btf } from './btf.ts'
import { sizeOf } from './size.ts'
import { docs, PRIVATE_TAG } from './tags.ts'
import type { BtfMember, BtfStruct, BtfType } from './types.ts'

/** A map as a `.maps` section declares it. Sizes are in bytes; `key` and `value` are type ids where the declaration has types. */
export interface MapDeclaration {
  readonly name: string
  readonly type: number
  readonly key?: number
  readonly value?: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  /** LIBBPF_PIN_*: 0 none, 1 by name. */
  readonly pinning: number
  /** Tagged {@link PRIVATE_TAG}. */
  readonly private: boolean
  readonly doc: readonly string[]
  /** What a map of maps holds. */
  readonly inner?: MapDeclaration
}

/** The maps of an object's `.maps` section, in their order there. Errors: {@link FormatError}, naming map and attribute. */
export function declaredMaps(btf: Btf): MapDeclaration[] {
  const section = btf.find('section', '.maps')
  if (section === undefined) return []
  const type = btf.type(section)
  if (type.kind !== 'section') return []
  return type.variables.map((entry) => declaredMap(btf, entry.type))
}

function declaredMap(btf: Btf, id: number): MapDeclaration {
  const variable = btf.type(id)
  if (variable.kind !== 'variable')
    throw new FormatError('MALFORMED', `BTF type ${id}`, `stands in .maps but is a ${variable.kind}, not a variable`)
  const { type } = btf.resolve(variable.type)
  if (type.kind !== 'struct')
    throw new FormatError(
      'MALFORMED',
      `map ${variable.name}`,
      `is a ${type.kind}, expected struct { __uint(type, …); … }`,
    )
  return {
    ...attributes(btf, variable.name, type, true),
    doc: docs(btf.tags(id)),
    private: btf.tags(id).includes(PRIVATE_TAG),
  }
}

function attributes(btf: Btf, name: string, struct: BtfStruct, outer: boolean): MapDeclaration {
  const read = new Attributes(btf, name, struct)
  const key = read.pointed('key')
  const value = read.pointed('value')
  const inner = outer ? innerMap(btf, name, struct) : undefined
  return {
    name,
    type: read.number('type'),
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
    keySize: key === undefined ? read.number('key_size') : sizeOf(btf, key),
    valueSize: inner ? 4 : value === undefined ? read.number('value_size') : sizeOf(btf, value),
    maxEntries: read.number('max_entries'),
    flags: read.number('map_flags'),
    pinning: read.number('pinning'),
    doc: [],
    private: false,
    ...(inner ? { inner } : {}),
  }
}

/** `__array(values, struct …)`: an array of pointers, to a map's struct in a map of maps, to a function in a program array. */
function innerMap(btf: Btf, name: string, struct: BtfStruct): MapDeclaration | undefined {
  const member = struct.members.find((candidate) => candidate.name === 'values')
  if (!member) return undefined
  const array = btf.resolve(member.type).type
  const pointer = array.kind === 'array' ? btf.resolve(array.type).type : undefined
  if (pointer?.kind !== 'pointer') throw attribute(name, 'values', '__array(values, …)')
  const { type } = btf.resolve(pointer.type)
  return type.kind === 'struct' ? attributes(btf, `${name}.inner`, type, false) : undefined
}

class Attributes {
  readonly #btf: Btf
  readonly #map: string
  readonly #members: Map<string, BtfMember>

  constructor(btf: Btf, map: string, struct: BtfStruct) {
    this.#btf = btf
    this.#map = map
    this.#members = new Map(struct.members.map((member) => [member.name, member]))
  }

  /** `__uint(name, value)` is a pointer to an array of `value` elements. */
  number(name: string): number {
    const target = this.#target(name)
    if (target === undefined) return 0
    const type = this.#btf.resolve(target).type
    if (type.kind !== 'array') throw attribute(this.#map, name, `__uint(${name}, …)`)
    return type.length
  }

  /** `__type(name, type)` is a pointer to that type. */
  pointed(name: string): number | undefined {
    return this.#target(name)
  }

  #target(name: string): number | undefined {
    const member = this.#members.get(name)
    if (!member) return undefined
    const type: BtfType = this.#btf.resolve(member.type).type
    if (type.kind !== 'pointer') throw attribute(this.#map, name, `__uint or __type(${name}, …)`)
    return type.type
  }
}

function attribute(map: string, name: string, expected: string): FormatError {
  return new FormatError('MALFORMED', `map ${map}`, `attribute ${name} is not written as ${expected}`)
}
