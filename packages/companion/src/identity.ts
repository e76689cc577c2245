import { statSync } from 'node:fs'

/** What tells one socket file from another at the same path; `undefined` when there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}:${found.birthtimeMs}`
}
