import { mapType, newMap } from './emit-map.ts'
import type { ConfigModel, MapModel, Model, ProgramModel } from './model.ts'
import { codecOf, comment, typeOf } from './text.ts'

/** The module's interfaces and its `open` and `load`. `objectPath` is relative to the generated file. */
export function emitSkeleton(model: Model, objectPath: string): string[] {
  return [
    ...emitConfig(model),
    ...emitSpec(model),
    ...emitLoaded(model),
    ...emitOptions(model),
    ...emitOpen(model, objectPath),
    ...emitLoad(model),
    ...emitLoadedMaker(model),
  ]
}

function emitConfig(model: Model): string[] {
  return [
    ...comment('', `The \`const volatile\` variables of \`${model.objectFile}\`: set before loading, then read-only.`),
    `export interface ${model.name}Config {`,
    ...model.config.flatMap(configProperty),
    '}',
    '',
  ]
}

function configProperty(setting: ConfigModel): string[] {
  const doc = setting.doc.length > 0 ? comment('  ', ...setting.doc) : []
  return [...doc, `  ${setting.property}: ${typeOf(setting.layout)}`]
}

function emitSpec(model: Model): string[] {
  return [
    ...comment('', `What \`${model.objectFile}\` declares; nothing is in the kernel yet, and all of it can be set.`),
    `export interface ${model.name}Spec extends Disposable {`,
    ...block(
      'readonly maps',
      model.maps.map(({ property }) => `readonly ${property}: bpf.MapSpec`),
    ),
    ...block(
      'readonly programs',
      model.programs.map(({ property }) => `readonly ${property}: bpf.ProgramSpec`),
    ),
    `  readonly config: ${model.name}Config`,
    `  load(): ${model.name}`,
    '}',
    '',
  ]
}

function emitLoaded(model: Model): string[] {
  return [
    ...comment(
      '',
      `\`${model.objectFile}\` in the kernel. Disposing closes its maps and programs; what is pinned or attached stays.`,
    ),
    `export interface ${model.name} extends Disposable {`,
    ...block(
      'readonly maps',
      model.maps.flatMap((map) => [...documented(map), `readonly ${map.property}: ${mapType(map)}`]),
    ),
    ...block(
      'readonly programs',
      model.programs.map(({ property }) => `readonly ${property}: bpf.Program`),
    ),
    '}',
    '',
  ]
}

function documented(map: MapModel): string[] {
  return map.doc.length > 0 ? comment('', ...map.doc) : []
}

function emitOptions(model: Model): string[] {
  return [
    ...comment('', `How {@link load${model.name}} loads.`),
    `export interface ${model.name}Options {`,
    ...comment('  ', 'The object, by path or bytes, in place of the one this module was made from.'),
    '  readonly source?: string | Uint8Array',
    `  readonly config?: Partial<${model.name}Config>`,
    `  readonly maps?: { readonly [M in keyof ${model.name}Spec['maps']]?: bpf.MapOptions }`,
    ...comment('  ', 'Pins every map at `<pinRoot>/<map name>`, and reuses what is pinned there.'),
    '  readonly pinRoot?: string',
    '}',
    '',
  ]
}

function emitOpen(model: Model, objectPath: string): string[] {
  return [
    `const OBJECT = fileURLToPath(new URL('${objectPath}', import.meta.url))`,
    '',
    ...comment('', `Opens \`${model.objectFile}\`, or another object with the same declarations. Needs no privilege.`),
    `export function open${model.name}(source: string | Uint8Array = OBJECT): ${model.name}Spec {`,
    `  const object = bpf.openObject(source, { name: '${model.objectName}' })`,
    '  return bpf.disposing(object, {',
    ...nested('maps', model.maps.map(mapSpec)),
    ...nested('programs', model.programs.map(programSpec)),
    ...nested(`config: bpf.settings<${model.name}Config>(object,`, model.config.map(setting), ')'),
    `    load: () => loaded${model.name}(object.load()),`,
    '  })',
    '}',
    '',
  ]
}

function mapSpec({ name, property, key, value }: MapModel): string {
  return `${property}: bpf.mapSpec(object, '${name}', ${key.size}, ${value.size}),`
}

function programSpec({ name, property }: ProgramModel): string {
  return `${property}: bpf.programSpec(object, '${name}'),`
}

function setting({ variable, variableSize, property, offset, layout }: ConfigModel): string {
  return `${property}: { variable: '${variable}', size: ${variableSize}, offset: ${offset}, codec: ${codecOf(layout)} },`
}

function emitLoad(model: Model): string[] {
  return [
    ...comment(
      '',
      `Opens, configures and loads \`${model.objectFile}\`. Needs CAP_BPF. Equivalent to \`bpftool prog loadall\`.`,
    ),
    `export function load${model.name}(options: ${model.name}Options = {}): ${model.name} {`,
    `  using spec = open${model.name}(options.source)`,
    '  bpf.applyOptions(spec, options)',
    '  return spec.load()',
    '}',
    '',
  ]
}

function emitLoadedMaker(model: Model): string[] {
  return [
    `function loaded${model.name}(object: bpf.LoadedObject): ${model.name} {`,
    '  return bpf.disposing(object, {',
    ...nested(
      'maps',
      model.maps.map((map) => `${map.property}: ${newMap(map, `object.map('${map.name}').handle`)},`),
    ),
    ...nested(
      'programs',
      model.programs.map(({ name, property }) => `${property}: object.program('${name}'),`),
    ),
    '  })',
    '}',
    '',
  ]
}

/** An object type inside an interface. */
function block(head: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`  ${head}: {}`]
  return [`  ${head}: {`, ...lines.map((line) => `    ${line}`), '  }']
}

/** A property inside an object literal; `head` may be `name` or `name: call(`. */
function nested(head: string, lines: readonly string[], close = ''): string[] {
  const open = head.endsWith(',') ? `${head} {` : `${head}: {`
  if (lines.length === 0) return [`    ${open}}${close},`]
  return [`    ${open}`, ...lines.map((line) => `      ${line}`), `    }${close},`]
}
