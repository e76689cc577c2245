import { fstatSync, openSync, statSync } from 'node:fs'
import { chosen } from '../chosen.ts'
import { BpfError, kernelRefusal } from '../errors.ts'
import { Handle } from '../handle.ts'
import { addon, type NativeFilter, type NativeFilterCall } from '../sys/addon.ts'
import { deviceIndex, deviceName, type Device } from '../sys/device.ts'

/** One side of a device's traffic, and which filter on it. */
export type TcHook = Device & {
  readonly direction: 'ingress' | 'egress'
  /** Lower runs first; default: the kernel picks. */
  readonly priority?: number
  /** The filter's number within its priority; default: the kernel picks. */
  readonly handle?: number
}

export interface TcInfo {
  readonly programId: number
  readonly priority: number
  readonly handle: number
}

interface TcProgram {
  readonly fd: number
  readonly name: string
}

const NAMESPACE = '/proc/thread-self/ns/net'
const REPLACE = 1
const EINVAL = -22

/**
 * A cls_bpf filter in direct-action mode: the way onto tc for kernels before TCX. It has no link, so it has no pin:
 * {@link keep} leaves it in place. It works from any network namespace, once made.
 */
export class TcFilter implements Disposable {
  /** The namespace's fd. */
  readonly handle: Handle
  readonly priority: number
  readonly number: number
  readonly #ifindex: number
  readonly #point: number
  #kept = false

  /** Use {@link attachTc} or {@link openTc}. */
  constructor(hook: TcHook, at: { readonly ifindex: number; readonly point: number }, found: TcInfo) {
    this.handle = new Handle('filter', openSync(NAMESPACE, 'r'), placeOf(hook))
    this.priority = found.priority
    this.number = found.handle
    this.#ifindex = at.ifindex
    this.#point = at.point
  }

  /** The hook: direction and device. Asks no kernel. */
  get name(): string {
    return this.handle.name
  }

  /**
   * Replaces the program in place: no packet passes by in between.
   *
   * Errors: NOT_FOUND, CLOSED. Minimum kernel 4.5. Equivalent to: `tc filter replace dev <device> ingress … bpf da …`.
   */
  update(program: TcProgram): void {
    const answer = addon().tcAttach(...this.#call(program.fd, REPLACE))
    if (answer.status < 0) throw filterRefusal('tc.update', answer, `${this.name} to program "${program.name}"`)
  }

  /** Takes the filter off; the clsact qdisc stays. Minimum kernel 4.5. Equivalent to: `tc filter del dev <device> ingress …`. */
  detach(): void {
    const answer = addon().tcDetach(...this.#call(0, 0))
    this.#kept = true
    if (answer.status < 0) throw filterMissing('tc.detach', answer, this.name)
  }

  /** What is in this place now. Minimum kernel 4.5. Equivalent to: `tc filter show dev <device> ingress`. */
  info(): TcInfo {
    const answer = addon().tcQuery(...this.#call(0, 0))
    if (answer.status < 0) throw filterMissing('tc.info', answer, this.name)
    return { programId: answer.programId, priority: answer.priority, handle: answer.handle }
  }

  /** Leaves the filter in place when this is disposed of, as a pin does for links. Asks no kernel. */
  keep(): void {
    this.#kept = true
  }

  /**
   * Detaches, unless {@link keep} was called; a device that is gone is no error. Closing again does nothing.
   * Minimum kernel 4.5. Equivalent to: `tc filter del dev <device> ingress …`.
   */
  close(): void {
    if (this.handle.closed) return
    try {
      if (!this.#kept) this.detach()
    } catch (error) {
      if (!(error instanceof BpfError && error.code === 'NOT_FOUND')) throw error // the device is gone, and it took the filter with it
    } finally {
      this.handle.close()
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #call(program: number, flags: number): NativeFilterCall {
    const here = fstatSync(this.handle.fd).ino === statSync(NAMESPACE).ino
    const namespace = here ? -1 : this.handle.fd
    return [this.#ifindex, this.#point, this.number, this.priority, program, flags, namespace]
  }
}

/**
 * Attaches a tc program by a clsact qdisc, which is made when it is not there.
 *
 * Errors: NOT_FOUND; EXISTS, when `handle` and `priority` are taken. Minimum kernel 4.5.
 * Equivalent to: `tc qdisc add dev <device> clsact; tc filter add dev <device> ingress bpf da …`.
 */
export function attachTc(program: TcProgram, hook: TcHook): TcFilter {
  const operation = 'attachTc'
  const ifindex = deviceIndex(hook, operation)
  const point = pointOf(hook, operation)
  const { handle = 0, priority = 0 } = hook
  const answer = addon().tcAttach(ifindex, point, handle, priority, program.fd, 0, -1)
  if (answer.status < 0) throw filterRefusal(operation, answer, `program "${program.name}": ${placeOf(hook)}`)
  return new TcFilter(hook, { ifindex, point }, answer)
}

/**
 * Adopts a filter that is there, by its priority and handle; it is kept when disposed of, unless detached.
 *
 * Errors: NOT_FOUND. Minimum kernel 4.5. Equivalent to: `tc filter show dev <device> ingress`.
 */
export function openTc(hook: TcHook & { readonly priority: number; readonly handle: number }): TcFilter {
  const operation = 'openTc'
  const ifindex = deviceIndex(hook, operation)
  const point = pointOf(hook, operation)
  const answer = addon().tcQuery(ifindex, point, hook.handle, hook.priority, 0, 0, -1)
  if (answer.status < 0) throw filterMissing(operation, answer, placeOf(hook))
  const filter = new TcFilter(hook, { ifindex, point }, answer)
  filter.keep()
  return filter
}

const POINTS = { ingress: 1, egress: 2 } as const

function pointOf({ direction }: TcHook, operation: string): number {
  return chosen(POINTS, direction, operation, 'direction')
}

function placeOf(hook: TcHook): string {
  return `tc ${hook.direction} on ${deviceName(hook)}`
}

/** A question about a filter has nothing else that could be invalid: EINVAL means that its chain or qdisc is not there. */
function filterMissing(operation: string, answer: NativeFilter, what: string): BpfError {
  if (answer.status !== EINVAL) return filterRefusal(operation, answer, what)
  return new BpfError('NOT_FOUND', operation, `${what}: no such filter`, { errno: answer.status, log: answer.log })
}

/** With the kernel's extended ack, where it gave one. */
function filterRefusal(operation: string, { status, log }: NativeFilter, what: string): BpfError {
  const said = /Kernel error message: (.*)/.exec(log)?.[1]
  return kernelRefusal(operation, status, what, { log, ...(said ? { hint: `the kernel says "${said}"` } : {}) })
}
