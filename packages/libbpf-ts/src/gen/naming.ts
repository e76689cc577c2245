import { pascalCase } from '../btf/names.ts'
import type { Model } from './model.ts'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** Globals that generated code uses by name. */
const TAKEN = ['Array', 'DataView', 'Disposable', 'Partial', 'Symbol', 'Uint8Array', 'URL']

/** Why the model's names cannot all stand in one module: not identifiers, or two things of one name. */
export function checkNames(model: Model): string[] {
  const types = [
    ...model.enums.map((type) => ({ what: `enum ${type.name}`, name: pascalCase(type.name) })),
    ...model.structs.map((type) => ({ what: `struct ${type.name}`, name: pascalCase(type.name) })),
  ]
  const own = ['', 'Spec', 'Config', 'Options'].map((suffix) => ({
    what: 'the skeleton itself',
    name: model.name + suffix,
  }))
  const globals = TAKEN.map((name) => ({ what: 'a global of JavaScript', name }))
  return [
    ...collisions([...globals, ...own, ...types]),
    ...collisions(model.maps.map(({ name, property }) => ({ what: `map ${name}`, name: property }))),
    ...collisions(model.programs.map(({ name, property }) => ({ what: `program ${name}`, name: property }))),
    ...collisions(model.config.map(({ variable, property }) => ({ what: `a setting of ${variable}`, name: property }))),
    ...badIdentifiers(model),
  ]
}

function collisions(names: readonly { what: string; name: string }[]): string[] {
  const seen = new Map<string, string>()
  return names.flatMap(({ what, name }) => {
    const other = seen.get(name)
    seen.set(name, what)
    return other === undefined ? [] : [`${what} and ${other} are both ${name} in TypeScript; rename one`]
  })
}

function badIdentifiers(model: Model): string[] {
  const names = [
    model.name,
    ...model.enums.flatMap((type) => [type.name, ...type.values.map((value) => value.name)]),
    ...model.structs.flatMap((type) => [type.name, ...type.fields.map((field) => field.name)]),
    ...[...model.maps, ...model.programs].map(({ name }) => name),
    ...model.config.map(({ variable }) => variable),
  ]
  return names
    .filter((name) => !IDENTIFIER.test(name) || name === '__proto__')
    .map((name) => `${JSON.stringify(name)} is not an identifier`)
}
