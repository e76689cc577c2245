import { readlinkSync, statSync } from 'node:fs'
import { invalidInput, kernelRefusal } from './errors.ts'
import type { Handle } from './handle.ts'
import { pin, unpin } from './pin.ts'
import { addon } from './sys/addon.ts'
import { openPinned } from './sys/object.ts'

/** What maps, programs and links have in common: an fd with an owner, and a place in a bpffs that keeps them alive. */
export abstract class Pinnable<H extends Handle = Handle> implements Disposable {
  readonly handle: H
  #pinned: string | undefined

  /** Takes `handle` over. `pinned`: where it was found. */
  constructor(handle: H, pinned?: string) {
    this.handle = handle
    this.#pinned = pinned
  }

  /** As in the object file, or what a link is on; for what was opened by its id, the kernel's name, cut to 15 characters. */
  get name(): string {
    return this.handle.name
  }

  /** Errors: CLOSED. */
  get fd(): number {
    return this.handle.fd
  }

  /**
   * Pins it at `path`, so that it outlives this process; folders on the way are made.
   *
   * Errors: EXISTS; NOT_PERMITTED where no bpffs is mounted (`mountBpffs()`). Minimum kernel 4.4, links 5.7.
   * Equivalent to: `bpftool map|prog|link pin`.
   */
  pin(path: string): void {
    pin(this.handle, path)
    this.#pinned = path
  }

  /**
   * Removes the pin at `path`, or the one that {@link pin} made or it was opened from.
   *
   * Errors: NOT_FOUND; INVALID_INPUT, when it is not known which. Minimum kernel 4.4. Equivalent to: `rm <path>`.
   */
  unpin(path: string | undefined = this.#pinned): void {
    unpin(this.handle, path)
    this.#pinned = undefined
  }

  /** Closes the fd. What is neither pinned nor held by anything else is gone then. Closing again does nothing. */
  close(): void {
    this.handle.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** The kernel's names of the files behind fds of bpf(2); some kernels write an underscore. */
const FILES = { map: 'bpf-map', program: 'bpf-prog', link: 'bpf-link' } as const

const EACCES = -13

/** The fd of what is pinned at `path`. Errors: NOT_FOUND; INVALID_INPUT, when it is of another kind. */
export function openPin(kind: keyof typeof FILES, path: string, operation = `${kind}.open`): number {
  const fd = openPinned(path)
  if (fd === EACCES && isFolder(path)) throw invalidInput(operation, `${path} is a folder; name a pin in it`)
  if (fd < 0) throw kernelRefusal(operation, fd, `pin ${path}`)
  const file = readlinkSync(`/proc/self/fd/${fd}`).replace('anon_inode:', '').replace('_', '-')
  if (file === FILES[kind]) return fd
  addon().close(fd)
  throw invalidInput(operation, `pin ${path} holds no ${kind} but a ${file}`)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** `make(fd)`; when that fails, the fd is closed. */
export function takingOver<T>(fd: number, make: (fd: number) => T): T {
  try {
    return make(fd)
  } catch (error) {
    addon().close(fd)
    throw error
  }
}
