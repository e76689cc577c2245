import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { BpfError } from './errors.ts'

/**
 * Makes a folder and those above it. Not with `recursive: true`: Node then never returns where a file system makes no
 * folders (ENOENT below /proc).
 */
export function makeFolder(path: string, operation: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path), operation)
  try {
    mkdirSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return // another process was faster
    throw new BpfError('NOT_FOUND', operation, `folder ${path} cannot be made: ${String(cause)}`, { cause })
  }
}
