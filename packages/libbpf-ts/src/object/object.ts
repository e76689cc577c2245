import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { BpfError, kernelRefusal } from '../errors.ts'
import { addon, type NativeObject } from '../sys/addon.ts'
import { deviceIndex, type Device } from '../sys/device.ts'
import { loadObject, type LoadOptions } from './load.ts'
import type { LoadedObject } from './loaded-object.ts'
import { MapSpec } from './map-spec.ts'
import { ProgramSpec } from './program-spec.ts'
import { checkSize, findVariable, globalVariables, readInitial, writeInitial, type VariableSpec } from './variables.ts'

/**
 * Opens an object file, by path or as its bytes. Nothing is in the kernel yet: sizes, pins and read-only data can be
 * set, then {@link BpfObject.load} makes it real.
 *
 * Errors: NOT_FOUND, INVALID_OBJECT. Needs no privilege, and asks no kernel. Equivalent to: `bpftool btf dump file`,
 * as far as that goes.
 */
export function openObject(source: string | Uint8Array, options: { readonly name?: string } = {}): BpfObject {
  const name = options.name ?? (typeof source === 'string' ? basename(source).replace(/(\.bpf)?\.o$/, '') : 'object')
  const { status, log, object } = addon().objectOpen(bytesOf(source), name.replaceAll(/\W/g, '_'))
  if (object) return new BpfObject(object, name)
  const hint = 'it must be an ELF file for BPF: clang -g -O2 -target bpf'
  const reason = log.trim().replaceAll('libbpf: ', '').replaceAll('\n', '; ') || 'libbpf cannot read it'
  throw new BpfError('INVALID_OBJECT', 'openObject', `"${name}": ${reason}`, { errno: status, log, hint })
}

function bytesOf(source: string | Uint8Array): Uint8Array {
  if (typeof source !== 'string') return source
  try {
    return readFileSync(source)
  } catch (cause) {
    throw new BpfError('NOT_FOUND', 'openObject', `${source} cannot be read: ${String(cause)}`, { cause })
  }
}

/** An object file: what it declares, to be changed and then loaded, once. */
export class BpfObject implements Disposable {
  readonly name: string
  readonly maps: ReadonlyMap<string, MapSpec>
  readonly programs: ReadonlyMap<string, ProgramSpec>
  /** Global variables: `const volatile` ones in `.rodata`, others in `.data` and `.bss`. */
  readonly variables: ReadonlyMap<string, VariableSpec>
  #native: NativeObject | undefined
  #card: Device | undefined

  constructor(native: NativeObject, name: string) {
    const open = (): NativeObject => this.#open()
    this.name = name
    this.#native = native
    this.maps = new Map(
      addon()
        .objectMaps(native)
        .filter((map) => !map.internal)
        .map((map) => [map.name, new MapSpec({ native: open, map })]),
    )
    this.programs = new Map(
      addon()
        .objectPrograms(native)
        .map((program) => [program.name, new ProgramSpec({ native: open, program })]),
    )
    this.variables = globalVariables(native)
  }

  /**
   * The bytes of a global variable as they will be loaded. Errors: INVALID_INPUT for an unknown name. Asks no kernel.
   * Equivalent to: `bpftool btf dump file`, for its place; the bytes have no equivalent.
   */
  getVariable(name: string): Uint8Array {
    return readInitial(this.#open(), findVariable(this.variables, name, 'object.getVariable'))
  }

  /**
   * Sets a global variable before loading. The verifier sees `.rodata` as constants, and drops what they switch off.
   *
   * Errors: INVALID_INPUT for an unknown name or another size. Minimum kernel 5.2. No equivalent in `bpftool prog load`;
   * as `skeleton->rodata` of `bpftool gen skeleton`.
   */
  setVariable(name: string, value: Uint8Array): void {
    const variable = findVariable(this.variables, name, 'object.setVariable')
    checkSize(variable, value, 'object.setVariable')
    writeInitial(this.#open(), variable, value)
  }

  /** Loads all programs and maps for a card that runs BPF itself (XDP mode `offload`). Minimum kernel 4.16. Equivalent to: `bpftool prog load … offload_dev`. */
  offloadTo(device: Device): void {
    const index = deviceIndex(device, 'object.offloadTo')
    const status = addon().objectDevice(this.#open(), index)
    if (status < 0) throw kernelRefusal('object.offloadTo', status, `object "${this.name}"`)
    this.#card = device
  }

  /** What {@link offloadTo} was given. */
  get card(): Device | undefined {
    return this.#card
  }

  /** The object's BTF; empty when it has none. Asks no kernel. Equivalent to: `bpftool btf dump file`. */
  btf(): Uint8Array {
    return addon().objectBtf(this.#open())
  }

  /**
   * Makes maps and programs in the kernel. The object is spent then, whether it worked or not.
   *
   * Errors: VERIFIER; LAYOUT_MISMATCH of a pinned map; NOT_PERMITTED; and what the kernel refuses.
   * Minimum kernel 4.14; 5.2 with global variables. Equivalent to: `bpftool prog loadall`.
   */
  load(options: LoadOptions = {}): LoadedObject {
    try {
      return loadObject({ object: this, native: this.#open() }, options)
    } finally {
      this.close()
    }
  }

  /** Frees what was read. Closing again does nothing. */
  close(): void {
    if (this.#native) addon().objectClose(this.#native)
    this.#native = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #open(): NativeObject {
    if (this.#native) return this.#native
    throw new BpfError('CLOSED', 'object', `object "${this.name}" was loaded or closed; open it again`)
  }
}
