import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BpfError, openTc, type Program, type TcFilter } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { filterPin, ifindexOfFilter, type LinkHook, type TcHook } from './pins.ts'
import type { Attached } from './attached.ts'
import type { PinPlace } from './pinned-link.ts'
import type { Device } from './plan.ts'

/** Of the load balancer's filters on a device: before those that backends have of `skep-lb decap`. */
const PRIORITY = 0x5cdf

/**
 * Attaches a program at tc where the kernel has no links there (before Linux 6.6): by a filter. Nothing can be pinned of
 * it but the program, under a name that tells the device.
 */
export function attachFilter(
  paths: InstancePaths,
  { name, index }: Device,
  program: Program,
  hook: TcHook = 'tc',
): void {
  const pin = filterPin(paths, name, index, hook)
  rmSync(pin, { force: true })
  program.pin(pin)
  try {
    using filter = findFilter(paths, index, hook) ?? program.attachTc(placeOf(paths, index, hook))
    filter.update(program)
    filter.keep()
  } catch (error) {
    rmSync(pin, { force: true })
    throw error
  }
}

/** By a filter: see {@link attachFilter}. */
export class PinnedFilter implements Attached {
  readonly pin: string
  readonly device: string
  readonly hook: LinkHook
  readonly ifindex: number
  readonly programId: number
  readonly #path: string
  readonly #programs: string
  readonly #filter: TcFilter | undefined

  constructor({ paths, pin, path, device, hook }: PinPlace) {
    this.pin = pin
    this.device = device
    this.hook = hook
    this.#path = path
    this.#programs = paths.programs
    const index = ifindexOfFilter(pin)
    this.#filter = findFilter(paths, index, hook)
    this.ifindex = this.#filter ? index : 0
    this.programId = this.#filter?.info().programId ?? 0
  }

  update(program: Program, { expected }: { readonly expected?: Program } = {}): void {
    const filter = this.#filter
    if (filter === undefined) throw new BpfError('NOT_FOUND', 'tc.update', `${this.device}: no such filter`)
    if (expected && filter.info().programId !== expected.info().id)
      throw new BpfError('BUSY', 'tc.update', `${this.device}: another program is there by now`)
    filter.update(program)
    const next = join(this.#programs, `${this.pin}_next`)
    rmSync(next, { force: true })
    program.pin(next)
    renameSync(next, this.#path)
  }

  detach(): void {
    this.#filter?.detach()
    rmSync(this.#path)
  }

  [Symbol.dispose](): void {
    this.#filter?.close()
  }
}

function findFilter(paths: InstancePaths, ifindex: number, hook: LinkHook): TcFilter | undefined {
  try {
    return openTc(placeOf(paths, ifindex, hook))
  } catch (error) {
    if (error instanceof BpfError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

/** Which way packets go that a hook meets. */
export function directionOf(hook: LinkHook): 'ingress' | 'egress' {
  return hook === 'out' ? 'egress' : 'ingress'
}

function placeOf({ instance }: InstancePaths, ifindex: number, hook: LinkHook) {
  return { ifindex, direction: directionOf(hook), priority: PRIORITY, handle: handleOf(instance) } as const
}

/** Of an instance's own (FNV-1a), so that several may stand on one device, and each finds its own again. */
function handleOf(instance: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(instance)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash || 1
}
