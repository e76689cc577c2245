import { existsSync, renameSync, rmSync } from 'node:fs'
import { BpfError, Link, NotSupported, openTc, type Program, type TcFilter } from 'libbpf-ts'

/** Ways onto tc: by a link, which kernels have from Linux 6.6 on, or by a filter. */
export type TcWay = 'tcx' | 'clsact'

export type Direction = 'ingress' | 'egress'

/** One direction of one device, and where it is noted that a program is there. */
export interface Hook {
  readonly ifindex: number
  readonly direction: Direction
  /** Of the link, or of a filter's program. */
  readonly pin: string
  readonly way: TcWay
  /** Tells the filters of several instances on one device apart. */
  readonly handle: number
}

/** Of these filters on a device: after those of a CNI plugin, which has first ones. */
const PRIORITY = 0x5ce0

/** Attaches a program, and notes that by a pin. Throws `NotSupported` for TCX before Linux 6.6. */
export function attachHook(hook: Hook, program: Program): void {
  rmSync(hook.pin, { force: true })
  if (hook.way === 'tcx') {
    using link = program.attachTcx({ ifindex: hook.ifindex, direction: hook.direction })
    return link.pin(hook.pin)
  }
  using filter = findFilter(hook) ?? program.attachTc(placeOf(hook))
  filter.update(program)
  program.pin(hook.pin)
  filter.keep()
}

/** Puts another program in the place of the one that is there, in one step. False: the device is gone, and its pin now. */
export function swapHook(hook: Hook, program: Program): boolean {
  const isThere = hook.way === 'tcx' ? swapLink(hook, program) : swapFilter(hook, program)
  if (!isThere) rmSync(hook.pin, { force: true })
  return isThere
}

/** Another hook's program takes a hook's place: the link itself, as no program stands twice among links; else in its filter. */
export function succeed(hook: Hook, by: Hook, program: Program): void {
  if (hook.way === 'clsact') {
    swapHook(hook, program)
    return detachHook(by)
  }
  using before = Link.open(hook.pin)
  renameSync(by.pin, hook.pin)
  before.detach()
}

/** Takes the program off. A device that is gone took it along. */
export function detachHook(hook: Hook): void {
  if (hook.way === 'clsact') {
    using filter = findFilter(hook)
    filter?.detach()
  } else if (existsSync(hook.pin)) {
    using link = Link.open(hook.pin)
    if (link.info().ifindex !== 0) link.detach()
  }
  rmSync(hook.pin, { force: true })
}

/** Whether the program is on its device still. */
export function isAttached(hook: Hook): boolean {
  if (hook.way === 'clsact') {
    using filter = findFilter(hook)
    return filter !== undefined
  }
  using link = Link.open(hook.pin)
  return link.info().ifindex === hook.ifindex
}

function swapLink({ pin, ifindex }: Hook, program: Program): boolean {
  using link = Link.open(pin)
  if (link.info().ifindex !== ifindex) return false
  link.update(program)
  return true
}

function swapFilter(hook: Hook, program: Program): boolean {
  using filter = findFilter(hook)
  if (!filter) return false
  filter.update(program)
  const next = `${hook.pin}_next`
  rmSync(next, { force: true })
  program.pin(next)
  renameSync(next, hook.pin)
  return true
}

function findFilter(hook: Hook): TcFilter | undefined {
  try {
    return openTc(placeOf(hook))
  } catch (error) {
    if (error instanceof BpfError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

function placeOf({ ifindex, direction, handle }: Hook) {
  return { ifindex, direction, priority: PRIORITY, handle } as const
}

/** Whether this is how a kernel says that it has no TCX. */
export function lacksTcx(error: unknown): boolean {
  return error instanceof NotSupported
}
