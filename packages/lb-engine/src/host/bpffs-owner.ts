import { lstatSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { LbError } from '../error.ts'

/**
 * Refuses a folder in a BPF file system in which others than root and this user can make or unlink pins: who may do that
 * decides what becomes of the traffic. So may whoever owns a folder above it, up to where the file system is mounted.
 * Throws {@link LbError}.
 */
export function requireSafe(folder: string): void {
  const found = lstatSync(folder)
  const above = dirname(folder)
  if (above === folder || lstatSync(above).dev !== found.dev) return
  const trouble = troubleWith(folder, found)
  if (trouble !== undefined) throw new LbError('CONFLICT', trouble)
  requireSafe(above)
}

function troubleWith(path: string, found: Stats): string | undefined {
  const other = 'or use another --bpf-root'
  const { uid, mode } = found
  if (!found.isDirectory()) return `${path} is no folder; remove it, ${other}`
  if (uid !== 0 && uid !== process.geteuid?.())
    return `${path} belongs to user ${uid}, who could unlink what is pinned there; look what it holds and remove it (rm -r ${path}), ${other}`
  if ((mode & 0o022) !== 0)
    return `${path} is writable by others, who could unlink what is pinned there; look what it holds and take that right away (chmod go-w ${path}), ${other}`
  return undefined
}
