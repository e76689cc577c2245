import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Codec } from './codec.ts'
import { BpfError, invalidInput } from './errors.ts'
import type { MapHandle } from './maps/map-handle.ts'
import type { MapSpec } from './object/map-spec.ts'
import type { BpfObject } from './object/object.ts'
import type { ProgramSpec } from './object/program-spec.ts'

/*
 * What modules written by `libbpf-ts gen` call. Plain functions over the public API: nothing here that a hand-written
 * skeleton could not do.
 */

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

/** The map of that name. Errors: {@link BpfError} NOT_FOUND when the object has none, LAYOUT_MISMATCH when its sizes are not those of the codecs. */
export function mapSpec(object: BpfObject, name: string, keySize: number, valueSize: number): MapSpec {
  const spec = object.maps.get(name)
  if (!spec) throw missing(`map ${name}`, listOf(object.maps))
  if (spec.keySize !== keySize || spec.valueSize !== valueSize)
    throw mismatch(
      `map ${name}`,
      `has keys of ${spec.keySize} and values of ${spec.valueSize} bytes, the skeleton expects ${keySize} and ${valueSize}`,
    )
  return spec
}

/** The program of that name. Errors: {@link BpfError} NOT_FOUND when the object has none. */
export function programSpec(object: BpfObject, name: string): ProgramSpec {
  const spec = object.programs.get(name)
  if (!spec) throw missing(`program ${name}`, listOf(object.programs))
  return spec
}

function listOf(things: ReadonlyMap<string, unknown>): string {
  return [...things.keys()].join(', ') || 'none'
}

/** A part of a read-only variable. Sizes and offsets are in bytes. */
export interface Setting<T> {
  readonly variable: string
  readonly size: number
  readonly offset: number
  readonly codec: Codec<T>
}

interface Variables {
  getVariable(name: string): Uint8Array
  setVariable(name: string, bytes: Uint8Array): void
}

const HINT = 'run libbpf-ts gen on this object, or open the one that the skeleton was made from'

function missing(what: string, there: string): BpfError {
  return new BpfError('NOT_FOUND', 'skeleton', `${what} is not in the object, which has ${there}`, { hint: HINT })
}

function mismatch(what: string, problem: string): BpfError {
  return new BpfError('LAYOUT_MISMATCH', 'skeleton', `${what} ${problem}`, { hint: HINT })
}

function unknown(what: string, names: readonly string[]): BpfError {
  return invalidInput('skeleton', `${what} is not known, expected one of ${names.join(', ')}`)
}

/** An object whose properties are the object's variables: reading gives what will be loaded, assigning changes it. */
export function settings<T extends object>(object: Variables, fields: { readonly [K in keyof T]: Setting<T[K]> }): T {
  const properties = Object.entries<Setting<unknown>>(fields).map(([name, setting]) => [
    name,
    property(object, name, setting),
  ])
  return Object.defineProperties({}, Object.fromEntries(properties) as PropertyDescriptorMap) as T
}

function property(
  object: Variables,
  name: string,
  { variable, size, offset, codec }: Setting<unknown>,
): PropertyDescriptor {
  const bytes = () => {
    const found = object.getVariable(variable)
    if (found.byteLength === size) return found
    throw mismatch(`variable ${variable}`, `has ${found.byteLength} bytes, the skeleton expects ${size}`)
  }
  return {
    enumerable: true,
    get: () => codec.read(viewOf(bytes()), offset),
    set(value: unknown) {
      const changed = bytes()
      try {
        codec.write(viewOf(changed), offset, value)
      } catch (cause) {
        throw new BpfError('INVALID_INPUT', 'skeleton', `setting ${name}: ${String(cause)}`, { cause })
      }
      object.setVariable(variable, changed)
    },
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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
  const thing = things[name]
  if (thing === undefined) throw unknown(`${what} ${name}`, Object.keys(things))
  return thing
}

function assignKnown(what: string, target: object, options: readonly string[], values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (!options.includes(name)) throw unknown(`${what} ${name}`, options)
    if (value !== undefined) (target as Record<string, unknown>)[name] = value
  }
}

/** What `make` gives, disposable by disposing `resource`; if it fails, that happens at once. */
export function disposing<T extends object>(resource: Disposable, make: () => T): T & Disposable {
  using cleanup = new DisposableStack()
  cleanup.use(resource)
  const made = Object.assign(make(), { [Symbol.dispose]: () => resource[Symbol.dispose]() })
  cleanup.move()
  return made
}

/** An object whose properties are made when they are first read: what was left out of the load fails only where it is used. */
export function lazy<T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T {
  const properties = Object.entries<() => unknown>(makers).map(([name, make]) => [name, once(make)])
  return Object.defineProperties({}, Object.fromEntries(properties) as PropertyDescriptorMap) as T
}

function once(make: () => unknown): PropertyDescriptor {
  let made: { value: unknown } | undefined
  return { enumerable: true, get: () => (made ??= { value: make() }).value }
}
