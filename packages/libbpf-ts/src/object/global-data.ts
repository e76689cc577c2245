import { BpfError, checked } from '../errors.ts'
import type { MapHandle } from '../maps/map-handle.ts'
import { ArrayMap } from '../maps/array-map.ts'
import { MAP_FLAGS } from '../maps/types.ts'
import { bytes } from '../codec-bytes.ts'
import { ElementCalls } from '../sys/map.ts'
import type { VariableSpec } from './variables.ts'

/** One section of global variables: an array map with one element. */
export class GlobalData {
  readonly #handle: MapHandle

  constructor(handle: MapHandle) {
    this.#handle = handle
  }

  read({ offset, size }: VariableSpec): Uint8Array {
    const value = new Uint8Array(this.#handle.info.valueSize)
    const status = new ElementCalls(this.#handle.fd).lookup(new Uint8Array(4), value)
    checked(status, 'loaded.getVariable', `section ${this.#handle.name}`)
    return value.slice(offset, offset + size)
  }

  /** Through the mapping: the neighbours in the section are not touched. */
  write({ name, offset }: VariableSpec, value: Uint8Array): void {
    if (this.#handle.info.flags & MAP_FLAGS.readOnlyProgram)
      throw new BpfError('NOT_PERMITTED', 'loaded.setVariable', `variable "${name}" is read-only once loaded`)
    const map = new ArrayMap(this.#handle, { value: bytes(this.#handle.info.valueSize) })
    using memory = map.mmap()
    new Uint8Array(memory.buffer).set(value, offset)
  }
}
