import { rmdirSync } from 'node:fs'

/** Removes a folder that other instances may use too: not when something is in it, or when it is a mount. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'ENOENT' && code !== 'EBUSY') throw error
  }
}
