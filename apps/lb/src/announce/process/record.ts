import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '@skep/lb-engine'

/** What the next announcer has to know if this one is killed. */
export interface AliveRecord {
  /** Of the monotonic clock, in ms: this long ago at least, it still spoke. */
  readonly at: number
  /** Virtual routers that were active then. */
  readonly active: readonly string[]
}

export function recordFile(folder: string): string {
  return join(folder, 'alive.json')
}

export function writeAlive(folder: string, record: AliveRecord): void {
  writeFileAtomically(recordFile(folder), JSON.stringify(record))
}

/** `undefined`: there was none, or it cannot be read. */
export function readAlive(folder: string): AliveRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(folder), 'utf8')) as AliveRecord
  } catch {
    return undefined
  }
}
