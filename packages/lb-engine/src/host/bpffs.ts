import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { requireSafe } from './bpffs-owner.ts'
import { LbError } from '../error.ts'

const BPF_FS_MAGIC = 0xcafe4a11
const CUSTOMARY = '/sys/fs/bpf'

/** How a folder stands to BPF file systems: it lies in one, one can be mounted for it, or neither. */
export type BpffsState =
  | { readonly state: 'mounted' }
  | { readonly state: 'mountable'; readonly at: string }
  | { readonly state: 'missing'; readonly message: string }

/** Whether a folder, which need not be there yet, lies in a BPF file system. */
export function bpffsState(folder: string): BpffsState {
  const path = resolve(folder)
  let existing = path
  while (!existsSync(existing)) existing = dirname(existing)
  if (statfsSync(existing).type === BPF_FS_MAGIC) return { state: 'mounted' }
  if (!`${path}/`.startsWith(`${CUSTOMARY}/`))
    return {
      state: 'missing',
      message: `${path} is not in a BPF file system; mount one (mount -t bpf bpf ${existing}) or use --bpf-root ${CUSTOMARY}/skep`,
    }
  if (hasOwnMounts())
    return {
      state: 'missing',
      message: `${CUSTOMARY} is not mounted here, and this process has mounts of its own (ip netns exec makes them): pins would end with it, and traffic too. Enter only the network namespace: nsenter --net=/run/netns/NAME skep-lb …`,
    }
  if (!existsSync(CUSTOMARY))
    return { state: 'missing', message: `${CUSTOMARY} does not exist: this kernel has no BPF, or /sys is not mounted` }
  return { state: 'mountable', at: CUSTOMARY }
}

/**
 * Sees to it that the folder exists in a BPF file system, and that nobody but root and this user can put anything there.
 * Equivalent to: `mount -t bpf -o mode=0700 bpf /sys/fs/bpf`.
 */
export function ensureBpffs(folder: string): void {
  const found = bpffsState(folder)
  if (found.state === 'missing') throw new LbError('NO_BPFFS', found.message)
  if (found.state === 'mountable') {
    const { status, stderr, error } = spawnSync('mount', ['-t', 'bpf', '-o', 'mode=0700', 'bpf', found.at], {
      encoding: 'utf8',
    })
    if (status !== 0)
      throw new LbError('NO_BPFFS', `cannot mount a BPF file system at ${found.at}: ${error?.message ?? stderr.trim()}`)
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  requireSafe(resolve(folder))
}

/** Whether what is mounted here goes when this process and its children end: an ancestor has other mounts. */
function hasOwnMounts(): boolean {
  const own = mountsOf('self')
  for (let pid = process.ppid; pid > 0; pid = parentOf(pid)) {
    const mounts = mountsOf(pid)
    if (mounts !== undefined && mounts !== own) return true
  }
  return false
}

/** The mount namespace of a process; undefined where it may not be read. */
function mountsOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined
  }
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
