import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { LbError } from '@skep/lb-engine'

/**
 * Replaces a file's content for good: who reads it, or a crash, sees the old or the new. Links stay, owner and mode too.
 * Throws {@link LbError} where the file or its folder cannot be written.
 */
export function replaceFile(file: string, text: string): void {
  const real = realpathSync(file)
  const next = `${real}.new`
  try {
    writeThrough(next, text, statSync(real))
    renameSync(next, real)
    syncFolder(dirname(real))
  } catch (cause) {
    discard(next)
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new LbError(
      'READ_ONLY_SOURCE',
      `${real} cannot be replaced (${code}); change it where it comes from, and skep-lb follows`,
      { cause },
    )
  }
}

/** What cannot be removed was not made here. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}

function writeThrough(path: string, text: string, like: { mode: number; uid: number; gid: number }): void {
  const fd = openSync(path, 'w', 0o600)
  try {
    writeFileSync(fd, text)
    fchownSync(fd, like.uid, like.gid)
    fchmodSync(fd, like.mode & 0o7777)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
