import { spawnSync } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import { LbError } from '../error.ts'

/** A lock on a folder that the kernel gives up when the process ends, however it ends. */
export interface Lock extends Disposable {
  readonly folder: string
}

/** Somebody else holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
  readonly code = 'LOCKED'
  readonly folder: string

  constructor(folder: string) {
    super(`${folder} is locked by another process`)
    this.folder = folder
  }
}

/**
 * Makes the folder if it is not there and locks it (`flock(2)`), waiting up to `waitSeconds`. Throws
 * {@link LockedError}. Node has no flock(2): util-linux's flock(1) locks the open file that it shares with this
 * process, and the lock stays when it has gone.
 */
export function lockFolder(folder: string, { waitSeconds = 0 }: { waitSeconds?: number } = {}): Lock {
  for (;;) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const fd = openIfThere(folder)
    if (fd === undefined) continue
    try {
      flock(fd, folder, ['--exclusive', '--wait', String(waitSeconds)])
    } catch (error) {
      closeSync(fd)
      throw error
    }
    if (isSameFolder(fd, folder)) return { folder, [Symbol.dispose]: () => closeSync(fd) }
    closeSync(fd)
  }
}

/** Whether some process holds the folder's lock. A folder that is not there is not locked. */
export function isLocked(folder: string): boolean {
  const fd = openIfThere(folder)
  if (fd === undefined) return false
  try {
    flock(fd, folder, ['--shared', '--nonblock'])
    return false
  } catch (error) {
    if (error instanceof LockedError) return true
    throw error
  } finally {
    closeSync(fd)
  }
}

function openIfThere(folder: string): number | undefined {
  try {
    return openSync(folder, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function flock(fd: number, folder: string, options: readonly string[]): void {
  const { error, status, stderr } = spawnSync('flock', [...options, '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    encoding: 'utf8',
  })
  if (error)
    throw new LbError('SYSTEM', `cannot lock ${folder}: flock is missing; install util-linux`, { cause: error })
  if (status === 1) throw new LockedError(folder)
  if (status !== 0) throw new LbError('SYSTEM', `cannot lock ${folder}: ${stderr.trim()}`)
}

/** Whoever removes a folder holds its lock: a lock on a removed folder protects nothing. */
function isSameFolder(fd: number, folder: string): boolean {
  const now = statSync(folder, { throwIfNoEntry: false })
  return now !== undefined && now.ino === fstatSync(fd).ino
}
