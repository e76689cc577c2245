import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, watch } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Lifetime } from '../lifetimes.ts'
import { undoAtExit } from '../lifetimes.ts'
import { ownName } from '../own-name.ts'
import { patient } from '../patience.ts'
import { cgroupMount, findCgroupMount } from './mount.ts'

const timeoutMs = patient(10_000)

/**
 * A cgroup v2 of a test's own, below the root: programs that are attached to it see what was started in it, and not the
 * whole machine. `await using` ends all that runs in it and takes it away, with those below.
 */
export class TestCgroup implements Lifetime {
  /** Its folder. */
  readonly path: string
  readonly #forget: () => void

  constructor(path: string) {
    this.path = path
    mkdirSync(path)
    this.#forget = undoAtExit(this)
  }

  /** Its number, by which programs know it: the inode of its folder. */
  get id(): bigint {
    return statSync(this.path, { bigint: true }).ino
  }

  /** The folder of a cgroup below this one, made if need be: `node/pod`. */
  child(name: string): string {
    const path = join(this.path, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget()
    await removeCgroup(this.path)
  }

  [Symbol.dispose](): void {
    killAll(this.path)
  }
}

/** Makes a {@link TestCgroup}. Needs root and a cgroup v2. Equivalent to: `mkdir <mount of cgroup v2>/<name>`. */
export function testCgroup(): TestCgroup {
  sweepStaleCgroups()
  return new TestCgroup(join(cgroupMount(), `${ownName('skep')}-${randomInt(36 ** 4).toString(36)}`))
}

/** A command that joins the cgroup before it runs anything else: no program misses its first system call. */
export function joining(cgroup: string, command: string, args: readonly string[]): [string, string[]] {
  return ['sh', ['-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', cgroup, command, ...args]]
}

/** Removes what processes left behind that were killed. */
function sweepStaleCgroups(): void {
  const mount = findCgroupMount()
  for (const name of mount === undefined ? [] : readdirSync(mount)) {
    const [, pid] = /^skep-(\d+)-/.exec(name) ?? []
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    killAll(join(mount!, name))
    try {
      for (const folder of foldersIn(join(mount!, name))) rmdirSync(folder)
    } catch {
      // What was killed just now may take a moment; the next one sweeps it.
    }
  }
}

async function removeCgroup(path: string): Promise<void> {
  if (!existsSync(path)) return
  killAll(path)
  await untilEmpty(path)
  for (const folder of foldersIn(path)) rmdirSync(folder)
}

/** Innermost first, the folder itself last. */
function foldersIn(path: string): string[] {
  const inner = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [...inner.flatMap(({ name }) => foldersIn(join(path, name))), path]
}

function killAll(path: string): void {
  if (!existsSync(path)) return
  for (const folder of foldersIn(path))
    for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n')) if (pid) tryKill(Number(pid))
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The kernel tells of the change by `cgroup.events`. */
async function untilEmpty(path: string): Promise<void> {
  const file = join(path, 'cgroup.events')
  const signal = AbortSignal.timeout(timeoutMs)
  const watcher = watch(file)
  try {
    while (readFileSync(file, 'utf8').includes('populated 1')) {
      killAll(path)
      await once(watcher, 'change', { signal })
    }
  } finally {
    watcher.close()
  }
}
