import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LbError } from '../error.ts'
import { isLocked, LockedError, lockFolder } from '../instance/lock.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { writeFileAtomically } from '../instance/write.ts'

/**
 * Says that this process captures by those programs, so that `run` leaves them where they are; one capture at a time. The
 * kernel ends it with the process: then `run` puts its own programs back.
 */
export function beginCapture(paths: InstancePaths): { using(programIds: readonly number[]): void } & Disposable {
  const folder = folderOf(paths)
  const lock = locked(folder)
  return {
    using: (programIds) => writeFileAtomically(join(folder, 'programs'), JSON.stringify(programIds)),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true })
      lock[Symbol.dispose]()
    },
  }
}

/** The ids of the programs of a capture that is under way; none where there is none. */
export function capturingPrograms(paths: InstancePaths): readonly number[] {
  const folder = folderOf(paths)
  const file = join(folder, 'programs')
  if (!existsSync(file) || !isLocked(folder)) return []
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as number[]
  } catch (error) {
    // It ended just now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function locked(folder: string): Disposable {
  try {
    return lockFolder(folder)
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    const instead = 'wait for it, or end it by Ctrl-C'
    throw new LbError('BUSY', `another capture of this instance is under way; ${instead}`, { cause: error })
  }
}

function folderOf(paths: InstancePaths): string {
  return join(paths.run, 'capture')
}
