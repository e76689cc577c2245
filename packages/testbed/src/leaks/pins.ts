import type { Dirent } from 'node:fs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const bpffs = '/sys/fs/bpf'

/** Everything pinned in the machine's bpffs, folders included. */
export function pinnedObjects(): Map<string, string> {
  return new Map([...walk(bpffs)].map((path) => [path, `pin ${path}`]))
}

function* walk(directory: string): Iterable<string> {
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name)
    yield path
    if (entry.isDirectory()) yield* walk(path)
  }
}

/** None where bpffs is not mounted or not ours to read, or the folder went meanwhile. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}
