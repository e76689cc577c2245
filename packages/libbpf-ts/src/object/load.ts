import { BpfError, checked } from '../errors.ts'
import { MapHandle } from '../maps/map-handle.ts'
import { pin, unpin } from '../pin.ts'
import { Program } from '../program/program.ts'
import { addon, type NativeObject } from '../sys/addon.ts'
import { LoadedObject } from './loaded-object.ts'
import type { BpfObject } from './object.ts'
import type { MapSpec } from './map-spec.ts'
import { takePinned } from './reuse.ts'
import { loadRefusal } from './verifier.ts'

export interface LoadOptions {
  /**
   * Kernels older than a kind of BTF refuse a map's types, and libbpf makes the map without them: its layout could
   * never be checked, so that is an error unless this is true.
   */
  readonly withoutBtf?: boolean
}

interface Opened {
  readonly object: BpfObject
  readonly native: NativeObject
}

/** Behind {@link BpfObject.load}: reuse what is pinned, load, take over fds, pin what is new. */
export function loadObject(opened: Opened, options: LoadOptions): LoadedObject {
  using cleanup = new DisposableStack()
  const reused = takePinned(opened.object, opened.native)
  const { status, log } = addon().objectLoad(opened.native)
  if (status < 0) throw loadRefusal(opened.object, status, log)
  if (!options.withoutBtf) refuseLostBtf(opened.object.name, log)
  const maps = takeMaps(opened, cleanup)
  const programs = takePrograms(opened, cleanup)
  const data = takeData(opened, cleanup)
  for (const spec of opened.object.maps.values())
    if (spec.pinPath !== undefined && !reused.has(spec.name)) pinNew(maps.get(spec.name), spec, cleanup)
  cleanup.move()
  return new LoadedObject(opened.object.name, { maps, programs, data, variables: opened.object.variables })
}

function takeMaps({ object, native }: Opened, cleanup: DisposableStack): Map<string, MapHandle> {
  const maps = new Map<string, MapHandle>()
  for (const { name, autocreate } of object.maps.values()) {
    if (!autocreate) continue
    const fd = checked(addon().objectMapFd(native, name), 'object.load', `map "${name}"`)
    maps.set(name, cleanup.use(new MapHandle(fd, name)))
  }
  return maps
}

function takePrograms({ object, native }: Opened, cleanup: DisposableStack): Map<string, Program> {
  const programs = new Map<string, Program>()
  for (const { name, autoload, attachType } of object.programs.values()) {
    if (!autoload) continue
    const fd = checked(addon().objectProgramFd(native, name), 'object.load', `program "${name}"`)
    programs.set(name, cleanup.use(new Program(fd, { name, attachType })))
  }
  return programs
}

/** The maps behind global variables. A section that no program uses has none on kernels before 5.2. */
function takeData({ object, native }: Opened, cleanup: DisposableStack): Map<string, MapHandle> {
  const sections = new Set([...object.variables.values()].map((variable) => variable.section))
  const data = new Map<string, MapHandle>()
  for (const section of sections) {
    const fd = addon().objectMapFd(native, section)
    if (fd >= 0) data.set(section, cleanup.use(new MapHandle(fd, section)))
  }
  return data
}

function pinNew(handle: MapHandle | undefined, { pinPath }: MapSpec, cleanup: DisposableStack): void {
  if (!handle || pinPath === undefined) return
  pin(handle, pinPath)
  cleanup.defer(() => unpin(handle, pinPath))
}

/** libbpf says so in passing; see LoadOptions. */
function refuseLostBtf(object: string, log: string): void {
  const line = log.split('\n').find((text) => text.includes('Retrying without BTF'))
  if (!line) return
  const hint =
    "the kernel refuses the types of this map's key or value (an enum as the key of an array does it: use __u32)"
  throw new BpfError('INVALID_OBJECT', 'object.load', `"${object}": ${line.trim()}`, { log, hint })
}
