import { renameSync, writeFileSync } from 'node:fs'

/** Writes a file, readable by its owner alone, so that a reader or a crash sees the old content or the new. */
export function writeFileAtomically(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
