import { mapType } from './emit-map.ts'
import type { MapModel, Model } from './model.ts'
import { comment, typeOf } from './text.ts'

/** The interfaces of a skeleton: its settings, what it is before and after loading, and the options of `load`. */
export function emitInterfaces(model: Model): string[] {
  return [...emitConfig(model), ...emitSpec(model), ...emitLoaded(model), ...emitOptions(model)]
}

function emitConfig({ name, objectFile, config }: Model): string[] {
  const settings = config.flatMap(({ property, layout, doc }) => [
    ...(doc.length > 0 ? comment('  ', ...doc) : []),
    `  ${property}: ${typeOf(layout)}`,
  ])
  return [
    ...comment('', `The \`const volatile\` variables of \`${objectFile}\`: set before loading, then read-only.`),
    ...(settings.length > 0
      ? [`export interface ${name}Config {`, ...settings, '}']
      : [`export interface ${name}Config {}`]),
    '',
  ]
}

function emitSpec({ name, objectFile, maps, programs }: Model): string[] {
  return [
    ...comment('', `What \`${objectFile}\` declares; nothing is in the kernel yet, and all of it can be set.`),
    `export interface ${name}Spec extends Disposable {`,
    ...properties(
      'maps',
      maps.map(({ property }) => `readonly ${property}: bpf.MapSpec`),
    ),
    ...properties(
      'programs',
      programs.map(({ property }) => `readonly ${property}: bpf.ProgramSpec`),
    ),
    `  readonly config: ${name}Config`,
    ...comment('  ', 'Makes it real, once. Errors: as {@link bpf.BpfObject.load}.'),
    `  load(options?: bpf.LoadOptions): ${name}`,
    '}',
    '',
  ]
}

function emitLoaded({ name, objectFile, maps, programs }: Model): string[] {
  return [
    ...comment(
      '',
      `\`${objectFile}\` in the kernel. Disposing closes its maps and programs; what is pinned or attached stays.`,
    ),
    `export interface ${name} extends Disposable {`,
    ...properties('maps', maps.flatMap(mapProperty)),
    ...properties(
      'programs',
      programs.map(({ property }) => `readonly ${property}: bpf.Program`),
    ),
    '}',
    '',
  ]
}

function mapProperty(map: MapModel): string[] {
  return [...(map.doc.length > 0 ? comment('', ...map.doc) : []), `readonly ${map.property}: ${mapType(map)}`]
}

function emitOptions({ name }: Model): string[] {
  return [
    ...comment('', `How {@link load${name}} loads.`),
    `export interface ${name}Options extends bpf.LoadOptions {`,
    ...comment('  ', 'The object, by path or bytes, in place of the one this module was made from.'),
    '  readonly source?: string | Uint8Array',
    `  readonly config?: Partial<${name}Config>`,
    `  readonly maps?: { readonly [M in keyof ${name}Spec['maps']]?: bpf.MapOptions }`,
    `  readonly programs?: { readonly [P in keyof ${name}Spec['programs']]?: bpf.ProgramOptions }`,
    ...comment(
      '  ',
      'A folder of a bpffs, made if need be. Each map is pinned there under its name, or taken from there if it is pinned already.',
    ),
    '  readonly pinRoot?: string',
    '}',
    '',
  ]
}

function properties(name: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`  readonly ${name}: {}`]
  return [`  readonly ${name}: {`, ...lines.map((line) => `    ${line}`), '  }']
}
