import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A cgroup (v2) below the machine's root: what socket programs are attached to, for one node alone. */
export class Cgroup {
  readonly path: string

  /** `undefined` where no cgroup v2 file system is mounted. */
  static below(parent: string | undefined, name: string): Cgroup | undefined {
    return parent === undefined ? undefined : new Cgroup(join(parent, name))
  }

  constructor(path: string) {
    mkdirSync(path, { recursive: true })
    this.path = path
  }

  /** A command line that enters the cgroup first. */
  entering(command: string, args: readonly string[]): readonly [string, readonly string[]] {
    return ['sh', ['-c', 'echo 0 >"$0/cgroup.procs" && exec "$@"', this.path, command, ...args]]
  }

  /** It is gone as soon as the processes in it are, which have been killed. */
  async remove(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if (this.tryRemove()) return
      await delay(20)
    }
    rmdirSync(this.path)
  }

  tryRemove(): boolean {
    try {
      rmdirSync(this.path)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT'
    }
  }
}

/** Where this machine has its cgroup v2 hierarchy, alone or beside v1. */
export function cgroupRoot(): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  return mounts
    .map((line) => line.split(' '))
    .find(([, path = '', type]) => type === 'cgroup2' && path.startsWith('/sys/fs/cgroup'))?.[1]
}

/** Removes the cgroups of clusters whose processes were killed; they have the process's number in their names. */
export function sweepStaleCgroups(): void {
  const root = cgroupRoot()
  if (root === undefined) return
  for (const name of readdirSync(root)) {
    const [, pid] = /^skep-(\d+)-/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeTree(join(root, name))
  }
}

/** As far as it goes: one that still holds a process stays. */
function removeTree(path: string): void {
  const below = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of below) removeTree(join(path, name))
  new Cgroup(path).tryRemove()
}
