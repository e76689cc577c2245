import { readdirSync, statfsSync } from 'node:fs'
import { BpfError, kernelRefusal } from './errors.ts'
import { makeFolder } from './folders.ts'
import { addon } from './sys/addon.ts'

const MAGIC = { bpf: 0xcafe4a11, tracefs: 0x74726163, cgroup2: 0x63677270 } as const

/**
 * Mounts a bpffs at `path`, where maps, programs and links can be pinned. Returns false when there is one already.
 *
 * Errors: NOT_PERMITTED; NOT_FOUND, when the folder cannot be made; BUSY, when there is something in it, which would be
 * covered. Minimum kernel 4.4.
 * Equivalent to: `mount -t bpf bpf /sys/fs/bpf`.
 */
export function mountBpffs(path = '/sys/fs/bpf'): boolean {
  return mount('bpf', path)
}

/**
 * Mounts a tracefs at `path`: tracepoints are found there. Returns false when there is one already.
 *
 * Errors: as {@link mountBpffs}. Minimum kernel 4.1. Equivalent to: `mount -t tracefs tracefs /sys/kernel/tracing`.
 */
export function mountTracefs(path = '/sys/kernel/tracing'): boolean {
  return mount('tracefs', path)
}

export interface Cgroup2Options {
  /** The file of a cgroup namespace whose root shall be the mount's: `/proc/1/ns/cgroup`. Default: this thread's own. */
  readonly namespace?: string
}

/**
 * Mounts a cgroup v2 at `path`: what can be attached to is found there. Returns false when there is one already.
 *
 * Errors: as {@link mountBpffs}; NOT_PERMITTED where the namespace cannot be entered. Minimum kernel 4.6.
 * Equivalent to: `mount -t cgroup2 cgroup2 <path>`, by `nsenter --cgroup=<namespace>`.
 */
export function mountCgroup2(path: string, options: Cgroup2Options = {}): boolean {
  return mount('cgroup2', path, options.namespace)
}

/** Whether `path` lies in a file system of that type. */
export function isMounted(type: keyof typeof MAGIC, path: string): boolean {
  try {
    return statfsSync(path).type === MAGIC[type]
  } catch {
    return false
  }
}

function mount(type: keyof typeof MAGIC, path: string, cgroupNamespace?: string): boolean {
  if (isMounted(type, path)) return false
  makeFolder(path, 'mount')
  checkEmpty(type, path)
  const status = addon().mount(type, path, cgroupNamespace)
  if (status < 0)
    throw kernelRefusal(
      'mount',
      status,
      `${type} at ${path}${cgroupNamespace === undefined ? '' : `, as ${cgroupNamespace} sees it`}`,
    )
  return true
}

/** What is in a folder is gone for everybody once something is mounted over it. */
function checkEmpty(type: string, path: string): void {
  const [first] = namesIn(path)
  if (first === undefined) return
  const hint = 'name a folder that is empty, or is not there yet'
  throw new BpfError('BUSY', 'mount', `${type} at ${path}: it would cover what is there (${first})`, { hint })
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (cause) {
    throw new BpfError('NOT_FOUND', 'mount', `${path} cannot be read: ${String(cause)}`, { cause })
  }
}
