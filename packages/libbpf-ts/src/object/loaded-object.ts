import { BpfError, invalidInput } from '../errors.ts'
import { rawMap, type BpfMap } from '../maps/bpf-map.ts'
import type { MapHandle } from '../maps/map-handle.ts'
import type { Program } from '../program/program.ts'
import { GlobalData } from './global-data.ts'
import { checkSize, findVariable, type VariableSpec } from './variables.ts'

interface Parts {
  readonly maps: ReadonlyMap<string, MapHandle>
  readonly programs: ReadonlyMap<string, Program>
  /** By section. */
  readonly data: ReadonlyMap<string, MapHandle>
  readonly variables: ReadonlyMap<string, VariableSpec>
}

/** What an object became in the kernel. `using` closes all its fds; pins and links keep alive what they hold. */
export class LoadedObject implements Disposable {
  readonly name: string
  /** The maps' fds and shapes: what `new ArrayMap(…)` and its like are made from. */
  readonly handles: ReadonlyMap<string, MapHandle>
  readonly programs: ReadonlyMap<string, Program>
  readonly #variables: ReadonlyMap<string, VariableSpec>
  readonly #data: ReadonlyMap<string, MapHandle>

  constructor(name: string, { maps, programs, data, variables }: Parts) {
    this.name = name
    this.handles = maps
    this.programs = programs
    this.#data = data
    this.#variables = variables
  }

  /** The fd and shape of a map. It stays this object's: closing either closes both. Errors: INVALID_INPUT. Asks no kernel. */
  handle(name: string): MapHandle {
    return this.handles.get(name) ?? this.#unknown('map', name, this.handles)
  }

  /** A map with keys and values as bytes. Errors: INVALID_INPUT for a name that is not there. Asks no kernel. */
  map(name: string): BpfMap<Uint8Array, Uint8Array> {
    return rawMap(this.handle(name))
  }

  /** Errors: INVALID_INPUT for a name that is not there, or a program that was not loaded (autoload). Asks no kernel. */
  program(name: string): Program {
    return this.programs.get(name) ?? this.#unknown('program', name, this.programs)
  }

  /** The bytes of a global variable as it is now. Minimum kernel 5.2. Equivalent to: `bpftool map dump` of its section. */
  getVariable(name: string): Uint8Array {
    const variable = findVariable(this.#variables, name, 'loaded.getVariable')
    return this.#section(variable).read(variable)
  }

  /**
   * Sets a global variable that is not read-only. Errors: NOT_PERMITTED for `.rodata`. Minimum kernel 5.5.
   * Equivalent to: `bpftool map update` of its section.
   */
  setVariable(name: string, value: Uint8Array): void {
    const variable = findVariable(this.#variables, name, 'loaded.setVariable')
    checkSize(variable, value, 'loaded.setVariable')
    this.#section(variable).write(variable, value)
  }

  /** Closes all fds. Closing again does nothing. */
  close(): void {
    for (const handle of [...this.handles.values(), ...this.#data.values(), ...this.programs.values()]) handle.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #section({ section }: VariableSpec): GlobalData {
    const handle = this.#data.get(section)
    if (handle) return new GlobalData(handle)
    throw new BpfError('NOT_FOUND', 'loaded.variable', `section ${section} of "${this.name}" has no map on this kernel`)
  }

  #unknown(kind: string, name: string, known: ReadonlyMap<string, unknown>): never {
    throw invalidInput(
      `loaded.${kind}`,
      `"${this.name}" has no ${kind} "${name}"; it has ${[...known.keys()].join(', ')}`,
    )
  }
}
