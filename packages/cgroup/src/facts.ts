import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts } from './judge.ts'
import { type CgroupMount, parseMounts } from './mounts.ts'

const CGROUP2_MAGIC = 0x63677270

/** The mounts that a process sees; none where that cannot be read. */
export function mountsOf(proc: string, pid: string): CgroupMount[] {
  return parseMounts(readOr(join(proc, pid, 'mountinfo'), ''))
}

/** Which cgroup v2 a process is in, as this process's cgroup namespace calls it. */
export function cgroupOf(proc: string, pid: string): string | undefined {
  return /^0::(.*)$/m.exec(readOr(join(proc, pid, 'cgroup'), ''))?.[1]
}

export function factsOf(path: string, name: string | undefined, proc: string): Facts {
  return {
    path,
    isCgroup2: isCgroup2(path),
    hasType: existsSync(join(path, 'cgroup.type')),
    name,
    initName: cgroupOf(proc, '1'),
  }
}

export function isCgroup2(path: string): boolean {
  try {
    return statfsSync(path).type === CGROUP2_MAGIC && existsSync(join(path, 'cgroup.procs'))
  } catch {
    return false
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
