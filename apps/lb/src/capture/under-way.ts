import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LbError } from '../error.ts'
import { isLocked, LockedError, lockFolder } from '../instance/lock.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { writeFileAtomically } from '../instance/write.ts'

/**
 * Says that this process captures by that program, so that `run` leaves it where it is; one capture at a time. The
 * kernel ends it with the process: then `run` puts its own program back.
 */
export function beginCapture(paths: InstancePaths): { using(programId: number): void } & Disposable {
  const folder = folderOf(paths)
  const lock = locked(folder)
  return {
    using: (programId) => writeFileAtomically(join(folder, 'program'), String(programId)),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true })
      lock[Symbol.dispose]()
    },
  }
}

/** The id of the program of a capture that is under way; `undefined` where there is none. */
export function capturingProgram(paths: InstancePaths): number | undefined {
  const folder = folderOf(paths)
  const file = join(folder, 'program')
  if (!existsSync(file) || !isLocked(folder)) return undefined
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    // It ended just now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
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
