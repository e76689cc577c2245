import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BpfError, Link, NotSupported, openTc, type Program, type TcFilter } from 'libbpf-ts'
import { writeFileAtomically } from '../instance/write.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { type Direction, hookOfPin, hookPin } from './pins.ts'
import type { Hook } from './plan.ts'

/** Where cls_bpf filters stand on a device: a place that adoption can find again, since they have no pin. */
const PLACE = { priority: 0x5ce0, handle: 0xdeca } as const

/** Attaches a tc program by TCX, or on kernels before 6.6 as a clsact filter; says which. */
export function attachTraffic(
  paths: InstancePaths,
  program: Program,
  hook: Hook,
  ways: readonly ('tcx' | 'clsact')[] = ['tcx', 'clsact'],
): 'tcx' | 'clsact' {
  const direction = side(hook.direction)
  try {
    if (ways[0] === 'clsact') throw new NotSupported('attachTcx', 'tcx', '6.6')
    using link = program.attachTcx({ ifindex: hook.index, direction })
    link.pin(hookPin(paths, hook.device, hook.direction))
    return 'tcx'
  } catch (error) {
    if (!(error instanceof NotSupported) || !ways.includes('clsact')) throw error
    using filter = program.attachTc({ ifindex: hook.index, direction, ...PLACE })
    filter.keep()
    noteFilter(paths, hook)
    return 'clsact'
  }
}

/** The filters that were made, and whether their devices still are. */
export function noted(paths: InstancePaths): Hook[] {
  const folder = filters(paths)
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((name) => {
    const { index } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { index: number }
    using filter = open(index, hookOfPin(name).direction)
    return { ...hookOfPin(name), index: filter ? index : 0, kind: 'tc' }
  })
}

/** The filter of a hook; `undefined` where its device or somebody else took it away. */
export function openFilter({ index, direction }: Hook): TcFilter | undefined {
  return open(index, direction)
}

/** Takes the filter off, and the note of it. */
export function detachFilter(paths: InstancePaths, hook: Hook): void {
  using filter = openFilter(hook)
  filter?.detach()
  rmSync(noteOf(paths, hook), { force: true })
}

/** Whether a hook is a filter, not a link. */
export function isFilter(paths: InstancePaths, hook: Hook): boolean {
  return existsSync(noteOf(paths, hook))
}

function open(ifindex: number, direction: Direction): TcFilter | undefined {
  if (ifindex === 0) return undefined
  try {
    return openTc({ ifindex, direction: side(direction), ...PLACE })
  } catch (error) {
    if (error instanceof BpfError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

function noteFilter(paths: InstancePaths, hook: Hook): void {
  mkdirSync(filters(paths), { recursive: true, mode: 0o700 })
  writeFileAtomically(noteOf(paths, hook), JSON.stringify({ index: hook.index }))
}

function noteOf(paths: InstancePaths, { device, direction }: Hook): string {
  return join(filters(paths), basename(hookPin(paths, device, direction)))
}

function filters(paths: InstancePaths): string {
  return join(paths.run, 'filters')
}

function side(direction: Direction): 'ingress' | 'egress' {
  return direction === 'in' ? 'ingress' : 'egress'
}

/** The links of an instance, by what they hang on. */
export function pinned(paths: InstancePaths): Hook[] {
  if (!existsSync(paths.links)) return []
  return readdirSync(paths.links).map((pin) => {
    using link = Link.open(join(paths.links, pin))
    const { ifindex: index = 0, type } = link.info()
    return { ...hookOfPin(pin), index, kind: type === 'xdp' ? 'xdp' : 'tc' }
  })
}
