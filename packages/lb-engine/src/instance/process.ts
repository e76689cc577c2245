import { readFileSync, rmSync } from 'node:fs'
import { isLocked } from './lock.ts'
import type { InstancePaths } from './paths.ts'
import { writeFileAtomically } from './write.ts'

/** The process that runs, or last ran, an instance. */
export interface Owner {
  readonly pid: number
  /** ISO 8601. */
  readonly since: string
  readonly config: string
  readonly alive: boolean
}

/** Notes this process as the owner. The lock, not this note, says who is alive. */
export function recordOwner(paths: InstancePaths, config: string): void {
  const owner = { pid: process.pid, since: new Date().toISOString(), config }
  writeFileAtomically(paths.process, JSON.stringify(owner))
}

/** Who runs the instance, or ran it last; `undefined` where nobody ever did. */
export function readOwner(paths: InstancePaths): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(paths.process, 'utf8')) as Omit<Owner, 'alive'>
    return { ...owner, alive: isLocked(paths.run) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Takes the note away. */
export function forgetOwner(paths: InstancePaths): void {
  rmSync(paths.process, { force: true })
}
