import { readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { CgroupError } from './error.ts'
import { mountsOf } from './facts.ts'
import { checkPattern, expressionsOf, namesBelow, walkFolders } from './walk.ts'

const CGROUP_MAGIC = 0x27e0eb

/**
 * A hierarchy of cgroups v1 that containers are in: that of net_cls, else that of net_prio, else any. `undefined`: none is
 * mounted. `proc`: the host's /proc.
 */
export function findCgroup1(proc = '/proc'): string | undefined {
  const all = mountsOf(proc, 'self').filter(({ version }) => version === 1)
  const by = (controller: string) => all.find(({ controllers }) => controllers.includes(controller))
  return (by('net_cls') ?? by('net_prio') ?? all[0])?.point
}

/**
 * The processes in cgroups v1 whose names match one of the patterns, or below those: where containers are told apart by v1
 * alone. Patterns as `selectCgroups` takes them. Errors: WRONG_ROOT, where no cgroup v1 is mounted.
 */
export function processesOf(mount: string, patterns: readonly string[]): number[] {
  checkCgroup1(mount)
  for (const pattern of patterns) checkPattern(pattern)
  const pids = new Set<number>()
  for (const names of walkFolders(mount, expressionsOf(patterns)))
    for (const below of namesBelow(mount, names)) for (const pid of pidsIn(join(mount, ...below))) pids.add(pid)
  return [...pids]
}

function pidsIn(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function checkCgroup1(path: string): void {
  const right = 'name the mount of a hierarchy like net_cls, or leave it out: it is found'
  try {
    if (statfsSync(path).type === CGROUP_MAGIC) return
  } catch (cause) {
    throw new CgroupError('WRONG_ROOT', 'cgroups v1', [`${path} cannot be read: ${String(cause)}; ${right}`], cause)
  }
  throw new CgroupError('WRONG_ROOT', 'cgroups v1', [`${path} is no cgroup v1; ${right}`])
}
