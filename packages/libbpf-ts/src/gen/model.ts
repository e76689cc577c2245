import type { ObjectDeclarations } from '../btf/inspect.ts'
import type { EnumLayout, Layout, StructLayout } from '../btf/layout.ts'
import { Layouts } from '../btf/layouts.ts'
import type { MapDeclaration } from '../btf/maps.ts'
import { camelCase, pascalCase } from '../btf/names.ts'
import type { VariableDeclaration } from '../btf/variables.ts'
import { FormatError } from '../format-error.ts'
import { mapClass, type MapClass } from './map-class.ts'
import { checkNames } from './naming.ts'

/** Everything the generated module says, in the order in which it says it. */
export interface Model {
  /** `lb_xdp.bpf.o` */
  readonly objectFile: string
  /** `lb_xdp` */
  readonly objectName: string
  /** `LbXdp` */
  readonly name: string
  readonly enums: readonly EnumLayout[]
  /** Each after the structs it contains. */
  readonly structs: readonly StructLayout[]
  readonly maps: readonly MapModel[]
  readonly programs: readonly ProgramModel[]
  readonly config: readonly ConfigModel[]
}

export interface MapModel {
  readonly name: string
  readonly property: string
  readonly class: MapClass
  readonly key: Layout
  readonly value: Layout
  /** What a map of maps holds, where it says. */
  readonly inner?: MapModel
  readonly doc: readonly string[]
}

export interface ProgramModel {
  readonly name: string
  readonly property: string
  readonly section: string
}

/** One setting: a variable of .rodata, or a field of the struct variable `config`. */
export interface ConfigModel {
  readonly variable: string
  readonly variableSize: number
  readonly property: string
  readonly offset: number
  readonly layout: Layout
  readonly doc: readonly string[]
}

/** The struct variable whose fields are settings by themselves. */
const CONFIG_VARIABLE = 'config'

/**
 * Decides what the module for an object says.
 *
 * Errors: one {@link FormatError} that lists everything which has no form in TypeScript.
 */
export function modelOf(object: ObjectDeclarations, objectFile: string, name?: string): Model {
  const objectName = objectFile.replace(/\.(?:bpf\.)?o$/, '')
  const collect = new Collector(object)
  // By name: the compiler orders maps by their first use, and the module should not change with that.
  const maps = object.maps
    .filter((map) => !map.private)
    .toSorted(byName)
    .flatMap((map) => collect.map(map))
  const config = object.variables.filter(isSetting).flatMap((variable) => collect.setting(variable))
  object.variables.filter(({ section }) => section === '.export').forEach((variable) => collect.exported(variable))
  const model: Model = {
    objectFile,
    objectName,
    name: name ?? pascalCase(objectName.replaceAll(/\W/g, '_')),
    enums: [...collect.enums.values()].toSorted(byName),
    structs: [...collect.structs],
    maps,
    programs: object.programs.map((program) => ({ ...program, property: camelCase(program.name) })),
    config,
  }
  const refusals = [...collect.refusals, ...checkNames(model)]
  if (refusals.length > 0) throw refused(objectFile, refusals)
  return model
}

class Collector {
  readonly enums = new Map<number, EnumLayout>()
  readonly structs = new Set<StructLayout>()
  readonly refusals: string[] = []
  readonly #object: ObjectDeclarations
  readonly #layouts: Layouts

  constructor(object: ObjectDeclarations) {
    this.#object = object
    this.#layouts = new Layouts(object.btf)
  }

  map(map: MapDeclaration): MapModel[] {
    const key = this.#side(map, 'key')
    const value = this.#side(map, 'value')
    const [inner] = map.inner ? this.map(map.inner) : []
    if (!key || !value) return []
    const model = { name: map.name, property: camelCase(map.name), class: mapClass(map.type), key, value, doc: map.doc }
    return [inner ? { ...model, inner } : model]
  }

  setting(variable: VariableDeclaration): ConfigModel[] {
    const layout = this.#layout(variable.type, `variable ${variable.name}`, variable.name)
    if (!layout) return []
    const common = { variable: variable.name, variableSize: variable.size }
    if (variable.name === CONFIG_VARIABLE && layout.kind === 'struct')
      return layout.fields.map(({ property, offset, layout: field, doc }) => ({
        ...common,
        property,
        offset,
        layout: field,
        doc,
      }))
    return [{ ...common, property: camelCase(variable.name), offset: 0, layout, doc: variable.doc }]
  }

  /** `struct event *unused` exports the struct, at the cost of a pointer. */
  exported(variable: VariableDeclaration): void {
    const { type } = this.#object.btf.resolve(variable.type)
    const target = type.kind === 'pointer' ? type.type : variable.type
    this.#layout(target, `.export ${variable.name}`, variable.name)
  }

  #side(map: MapDeclaration, side: 'key' | 'value'): Layout | undefined {
    const { closed, [side]: known } = mapClass(map.type)
    const type = closed ? undefined : map[side]
    if (type !== undefined) return this.#layout(type, `${side} of map ${map.name}`, `${map.name}_${side}`)
    const size = side === 'key' ? map.keySize : map.valueSize
    return known?.size === size ? known : { kind: 'bytes', size, align: 1 }
  }

  #layout(type: number, place: string, fallback: string): Layout | undefined {
    try {
      const layout = this.#layouts.of(type, place, fallback)
      this.#visit(layout)
      return layout
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      for (const { message } of [error, ...error.others])
        if (!this.refusals.includes(message)) this.refusals.push(message)
      return undefined
    }
  }

  #visit(layout: Layout): void {
    if (layout.kind === 'array') this.#visit(layout.element)
    if (layout.kind === 'enum') this.enums.set(layout.id, layout)
    if (layout.kind !== 'struct' || this.structs.has(layout)) return
    for (const field of layout.fields) this.#visit(field.layout)
    this.structs.add(layout)
  }
}

function isSetting(variable: VariableDeclaration): boolean {
  return variable.volatile && /^\.rodata(?:\.|$)/.test(variable.section)
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function refused(objectFile: string, refusals: readonly string[]): FormatError {
  const [only] = refusals
  const problem = refusals.length === 1 ? ` ${only}` : `\n${refusals.map((refusal) => `  ${refusal}`).join('\n')}`
  return new FormatError('UNSUPPORTED', objectFile, `cannot be expressed in TypeScript:${problem}`)
}
