import { newMap } from './emit-map.ts'
import type { ConfigModel, MapModel, Model, ProgramModel } from './model.ts'
import { codecOf, comment } from './text.ts'

/** A skeleton's `open` and `load`. `objectPath` is relative to the generated file. */
export function emitSkeleton(model: Model, objectPath: string): string[] {
  return [...emitOpen(model, objectPath), ...emitLoad(model), ...emitLoaded(model)]
}

function emitOpen({ name, objectName, objectFile, maps, programs, config }: Model, objectPath: string): string[] {
  return [
    `const OBJECT = fileURLToPath(new URL('${objectPath}', import.meta.url))`,
    '',
    ...comment('', `Opens \`${objectFile}\`, or another object with the same declarations. Needs no privilege.`),
    `export function open${name}(source: string | Uint8Array = OBJECT): ${name}Spec {`,
    `  const object = bpf.openObject(source, { name: '${objectName}' })`,
    '  return bpf.disposing(object, () => ({',
    ...literal('maps: {', maps.map(mapSpec), '},'),
    ...literal('programs: {', programs.map(programSpec), '},'),
    ...literal(`config: bpf.settings<${name}Config>(object, {`, config.map(setting), '}),'),
    `    load: (options?: bpf.LoadOptions) => loaded${name}(object.load(options)),`,
    '  }))',
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

function emitLoad({ name, objectFile }: Model): string[] {
  return [
    ...comment(
      '',
      `Opens, configures and loads \`${objectFile}\`. Needs CAP_BPF. Equivalent to \`bpftool prog loadall\`.`,
    ),
    `export function load${name}(options: ${name}Options = {}): ${name} {`,
    `  using spec = open${name}(options.source)`,
    '  bpf.applyOptions(spec, options)',
    '  return spec.load(options)',
    '}',
    '',
  ]
}

function emitLoaded({ name, maps, programs }: Model): string[] {
  return [
    `function loaded${name}(object: bpf.LoadedObject): ${name} {`,
    '  return bpf.disposing(object, () => ({',
    ...literal(`maps: bpf.lazy<${name}['maps']>({`, maps.map(loadedMap), '}),'),
    ...literal(`programs: bpf.lazy<${name}['programs']>({`, programs.map(loadedProgram), '}),'),
    '  }))',
    '}',
    '',
  ]
}

function loadedMap(map: MapModel): string {
  return `${map.property}: () => ${newMap(map, `object.handle('${map.name}')`)},`
}

function loadedProgram({ name, property }: ProgramModel): string {
  return `${property}: () => object.program('${name}'),`
}

/** A property of the object that `disposing` makes. */
function literal(open: string, lines: readonly string[], close: string): string[] {
  if (lines.length === 0) return [`    ${open}${close}`]
  return [`    ${open}`, ...lines.map((line) => `      ${line}`), `    ${close}`]
}
