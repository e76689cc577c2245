import { join } from 'node:path'
import type { Codec } from './codec.ts'
import { BpfError } from './errors.ts'

/*
 * What modules written by `libbpf-ts gen` call. Plain functions over the public API: nothing here that a hand-written
 * skeleton could not do.
 */

/** What can be set on a map before it is created. */
export interface MapOptions {
  readonly maxEntries?: number
  /** Where to pin it; what is pinned there already is reused when its layout fits. */
  readonly pinPath?: string
}

interface DeclaredMap {
  readonly name: string
  readonly keySize: number
  readonly valueSize: number
  maxEntries: number
  pinPath: string | undefined
}

interface Declarations<M, P> {
  readonly maps: ReadonlyMap<string, M>
  readonly programs: ReadonlyMap<string, P>
}

/** The map of that name. Errors: {@link BpfError} NOT_FOUND when the object has none, LAYOUT_MISMATCH when its sizes are not those of the codecs. */
export function mapSpec<M extends DeclaredMap>(
  object: Declarations<M, unknown>,
  name: string,
  keySize: number,
  valueSize: number,
): M {
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
export function programSpec<P>(object: Declarations<unknown, P>, name: string): P {
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

function unknown(what: string, known: object): BpfError {
  return new BpfError(
    'INVALID_INPUT',
    'skeleton',
    `${what} is not known, expected one of ${Object.keys(known).join(', ')}`,
  )
}

/** An object whose properties are the object's variables: reading gives what will be loaded, assigning changes it. */
export function settings<T extends object>(object: Variables, fields: { readonly [K in keyof T]: Setting<T[K]> }): T {
  const properties = Object.entries<Setting<unknown>>(fields).map(([name, setting]) => [
    name,
    property(object, setting),
  ])
  return Object.defineProperties({}, Object.fromEntries(properties) as PropertyDescriptorMap) as T
}

function property(object: Variables, { variable, size, offset, codec }: Setting<unknown>): PropertyDescriptor {
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
      codec.write(viewOf(changed), offset, value)
      object.setVariable(variable, changed)
    },
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

interface LoadOptions {
  readonly config?: object
  readonly maps?: object
  readonly pinRoot?: string
}

interface Settable {
  readonly maps: object
  readonly config: object
}

/** Sets what a generated `load` is given. A map's own `pinPath` goes before `pinRoot`. */
export function applyOptions(spec: Settable, options: LoadOptions): void {
  if (options.pinRoot !== undefined) pinAll(spec, options.pinRoot)
  assignKnown('setting', spec.config, options.config ?? {})
  for (const [name, wanted] of Object.entries(options.maps ?? {})) {
    const map = (spec.maps as Record<string, object>)[name]
    if (!map) throw unknown(`map ${name}`, spec.maps)
    assignKnown(`option of map ${name}`, map, wanted as object)
  }
}

function pinAll(spec: Settable, root: string): void {
  for (const map of Object.values<DeclaredMap>(spec.maps as Record<string, DeclaredMap>))
    map.pinPath = join(root, map.name)
}

function assignKnown(what: string, target: object, values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(name in target)) throw unknown(`${what} ${name}`, target)
    if (value !== undefined) (target as Record<string, unknown>)[name] = value
  }
}

/** `value`, disposable by disposing `resource`. */
export function disposing<T extends object>(resource: Disposable, value: T): T & Disposable {
  return Object.assign(value, { [Symbol.dispose]: () => resource[Symbol.dispose]() })
}
