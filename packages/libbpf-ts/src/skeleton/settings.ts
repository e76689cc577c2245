import { inspect } from 'node:util'
import type { Codec } from '../codec.ts'
import { BpfError, invalidInput } from '../errors.ts'
import { mismatch } from './mismatch.ts'

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

/** An object whose properties are the object's variables: reading gives what will be loaded, assigning changes it. Errors: INVALID_INPUT for a value that the variable cannot hold. */
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
      const kept = codec.read(viewOf(changed), offset)
      if (!isKept(value, kept))
        throw invalidInput('skeleton', `setting ${name}: ${inspect(value)} does not fit; it would be ${inspect(kept)}`)
      object.setVariable(variable, changed)
    },
  }
}

/** Whether all that was read back is what was given: the codecs cut integers as C does. */
function isKept(given: unknown, kept: unknown): boolean {
  if (typeof kept !== 'object' || kept === null) return given === kept
  const parts = given as Readonly<Record<string, unknown>>
  return Object.entries(kept).every(([name, part]) => isKept(parts[name], part))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
