import { checked, invalidInput } from '../errors.ts'
import { addon, type NativeObject, type NativeVariable } from '../sys/addon.ts'

/** A global variable of the C source, by the section that it lies in. Offsets and sizes in bytes. */
export interface VariableSpec {
  readonly name: string
  /** `.rodata`, `.data`, `.bss`, or `.rodata.<name>` and the like. */
  readonly section: string
  readonly offset: number
  readonly size: number
}

const DATA = /^\.(rodata|data|bss)(\.|$)/

export function globalVariables(native: NativeObject): ReadonlyMap<string, VariableSpec> {
  const variables = addon()
    .objectVariables(native)
    .filter((variable) => DATA.test(variable.section))
  return new Map(variables.map((variable: NativeVariable) => [variable.name, variable]))
}

/** Errors: INVALID_INPUT, naming what there is. */
export function findVariable(
  variables: ReadonlyMap<string, VariableSpec>,
  name: string,
  operation: string,
): VariableSpec {
  const variable = variables.get(name)
  if (variable) return variable
  const known = variables.size > 0 ? `it has ${[...variables.keys()].join(', ')}` : 'it has none'
  throw invalidInput(operation, `the object has no global variable "${name}"; ${known}`)
}

export function checkSize(variable: VariableSpec, value: Uint8Array, operation: string): void {
  if (value.byteLength === variable.size) return
  throw invalidInput(
    operation,
    `variable "${variable.name}" has ${variable.size} bytes, ${value.byteLength} were given`,
  )
}

export function readInitial(native: NativeObject, { section, offset, size }: VariableSpec): Uint8Array {
  return addon()
    .mapInitialValue(native, section)
    .slice(offset, offset + size)
}

export function writeInitial(native: NativeObject, variable: VariableSpec, value: Uint8Array): void {
  const section = addon().mapInitialValue(native, variable.section)
  section.set(value, variable.offset)
  const status = addon().mapSetInitialValue(native, variable.section, section)
  checked(status, 'object.setVariable', `variable "${variable.name}"`)
}
