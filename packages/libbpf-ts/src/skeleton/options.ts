import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { invalidInput, type BpfError } from '../errors.ts'
import type { MapHandle } from '../maps/map-handle.ts'
import type { MapSpec } from '../object/map-spec.ts'
import type { ProgramSpec } from '../object/program-spec.ts'

/** What a generated `load` can be told about a map; {@link MapSpec} says what each means. */
export interface MapOptions {
  readonly maxEntries?: number
  readonly pinPath?: string
  readonly autocreate?: boolean
  readonly inner?: { readonly fd: number }
  /** An open map to use in place of a new one. */
  readonly reuse?: { readonly handle: MapHandle }
}

/** What a generated `load` can be told about a program; {@link ProgramSpec} says what each means. */
export interface ProgramOptions {
  readonly autoload?: boolean
}

const MAP_OPTIONS = ['maxEntries', 'pinPath', 'autocreate', 'inner']
const PROGRAM_OPTIONS = ['autoload']

interface SkeletonOptions {
  readonly config?: object
  readonly maps?: Readonly<Record<string, MapOptions | undefined>>
  readonly programs?: Readonly<Record<string, ProgramOptions | undefined>>
  readonly pinRoot?: string
}

interface Skeleton {
  readonly maps: Readonly<Record<string, MapSpec>>
  readonly programs: Readonly<Record<string, ProgramSpec>>
  readonly config: object
}

/** Sets what a generated `load` is given. A map's own `pinPath` goes before `pinRoot`. Errors: {@link BpfError} INVALID_INPUT for unknown names. */
export function applyOptions(spec: Skeleton, options: SkeletonOptions): void {
  if (options.pinRoot !== undefined) pinAll(spec, options.pinRoot)
  assignKnown('setting', spec.config, Object.keys(spec.config), options.config ?? {})
  for (const [name, { reuse, ...wanted } = {}] of Object.entries(options.maps ?? {})) {
    const map = known('map', spec.maps, name)
    assignKnown(`option of map ${name}:`, map, MAP_OPTIONS, wanted)
    if (reuse) map.reuse(reuse)
  }
  for (const [name, wanted = {}] of Object.entries(options.programs ?? {}))
    assignKnown(`option of program ${name}:`, known('program', spec.programs, name), PROGRAM_OPTIONS, wanted)
}

function pinAll(spec: Skeleton, root: string): void {
  mkdirSync(root, { recursive: true })
  for (const map of Object.values(spec.maps)) map.pinPath = join(root, map.name)
}

function known<T>(what: string, things: Readonly<Record<string, T>>, name: string): T {
  const thing = Object.hasOwn(things, name) ? things[name] : undefined
  if (thing === undefined) throw unknown(`${what} ${name}`, Object.keys(things))
  return thing
}

function assignKnown(what: string, target: object, options: readonly string[], values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (!options.includes(name)) throw unknown(`${what} ${name}`, options)
    if (value !== undefined) (target as Record<string, unknown>)[name] = value
  }
}

function unknown(what: string, names: readonly string[]): BpfError {
  return invalidInput('skeleton', `${what} is not known, expected one of ${names.join(', ')}`)
}
