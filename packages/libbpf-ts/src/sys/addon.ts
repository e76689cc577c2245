import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { BpfError } from '../errors.ts'

declare const objectBrand: unique symbol
declare const ringBrand: unique symbol

/** libbpf's object, held by the addon. */
export type NativeObject = { readonly [objectBrand]: true }
/** A ring buffer's consumer, held by the addon. */
export type NativeRing = { readonly [ringBrand]: true }

/** A status (0 or a negative errno) with libbpf's messages. */
export interface Logged {
  readonly status: number
  readonly log: string
}

export interface NativeMap {
  readonly name: string
  readonly type: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly keyTypeId: number
  readonly valueTypeId: number
  readonly internal: boolean
  readonly autocreate: boolean
  readonly pinPath?: string
}

export interface NativeProgram {
  readonly name: string
  readonly section: string
  readonly type: number
  readonly attachType: number
  readonly autoload: boolean
}

export interface NativeVariable {
  readonly section: string
  readonly name: string
  readonly offset: number
  readonly size: number
}

export interface NativeFilter extends Logged {
  readonly handle: number
  readonly priority: number
  readonly programId: number
}

/** Device index, 1 ingress or 2 egress, handle, priority, program fd or 0, flags, namespace fd or -1. */
export type NativeFilterCall = readonly [number, number, number, number, number, number, number]

/** The addon's functions. Numbers are what the kernel answered: 0 and more, or a negative errno. */
export interface Addon {
  nothing(): void
  bpf(
    command: number,
    attr: Uint8Array,
    offset1?: number,
    bytes1?: Uint8Array | null,
    offset2?: number,
    bytes2?: Uint8Array | null,
    offset3?: number,
    bytes3?: Uint8Array | null,
    offset4?: number,
    bytes4?: Uint8Array | null,
  ): number
  info(fd: number, info: Uint8Array, offset1?: number, bytes1?: Uint8Array): number
  /** Closes the fd at the end of this thread, unless `close` comes before. */
  own(fd: number): number
  close(fd: number): number
  membarrier(): number
  mount(type: string, target: string, cgroupNamespace?: string): number
  raiseMemlock(): number
  perfEventOpen(attr: Uint8Array, pid: number, cpu: number, offset: number, bytes: Uint8Array | null): number
  ioctl(fd: number, request: number, argument: number): number
  deviceIndex(name: string): number
  tcAttach(...filter: NativeFilterCall): NativeFilter
  tcQuery(...filter: NativeFilterCall): NativeFilter
  tcDetach(...filter: NativeFilterCall): NativeFilter
  map(fd: number, length: number, offset: number): ArrayBuffer | number
  unmap(buffer: ArrayBuffer): number
  objectOpen(bytes: Uint8Array, name: string): Logged & { readonly object?: NativeObject }
  objectLoad(object: NativeObject): Logged
  objectClose(object: NativeObject): void
  objectMaps(object: NativeObject): NativeMap[]
  objectPrograms(object: NativeObject): NativeProgram[]
  objectVariables(object: NativeObject): NativeVariable[]
  objectBtf(object: NativeObject): Uint8Array
  objectMapFd(object: NativeObject, map: string): number
  objectProgramFd(object: NativeObject, program: string): number
  objectDevice(object: NativeObject, ifindex: number): number
  mapMaxEntries(object: NativeObject, map: string, value: number): number
  mapAutocreate(object: NativeObject, map: string, value: number): number
  mapReuse(object: NativeObject, map: string, fd: number): number
  mapInner(object: NativeObject, map: string, fd: number): number
  mapInitialValue(object: NativeObject, map: string): Uint8Array
  mapSetInitialValue(object: NativeObject, map: string, value: Uint8Array): number
  programAutoload(object: NativeObject, program: string, value: number): number
  /** 1, 0, or a negative errno: could not tell. */
  probeMap(type: number): number
  probeProgram(type: number): number
  ringOpen(fd: number, size: number): NativeRing | number
  ringDrain(ring: NativeRing, arena: Uint8Array, counts: Uint8Array): number
  ringFill(ring: NativeRing): number
  ringWait(ring: NativeRing, callback: (status: number) => void): number
  ringStop(ring: NativeRing): void
  ringClose(ring: NativeRing): void
}

let loaded: Addon | undefined

/** The one door of this package to the kernel. Loaded at first use, so that types and the generator need no addon. */
export function addon(): Addon {
  return (loaded ??= load())
}

/** Puts another door in this one's place, for kernels that a test cannot have. Disposal brings the old one back. */
export function replaceAddon(replacement: Addon): Disposable {
  const before = loaded
  loaded = replacement
  return { [Symbol.dispose]: () => void (loaded = before) }
}

/** Where the addon stands. */
export function addonPath(): string {
  return fileURLToPath(new URL(`../../prebuilds/linux-${process.arch}/libbpf-ts.node`, import.meta.url))
}

function load(): Addon {
  try {
    return createRequire(import.meta.url)(addonPath()) as Addon
  } catch (cause) {
    throw new BpfError('NO_ADDON', 'load', `the addon for linux-${process.arch} cannot be loaded: ${String(cause)}`, {
      cause,
      hint: 'build it with `make -C native` in this package (libbpf-dev), and have libbpf1 installed',
    })
  }
}
