import type { Codec } from '../codec.ts'
import { BpfError } from '../errors.ts'
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
