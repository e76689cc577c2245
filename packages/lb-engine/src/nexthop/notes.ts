import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { KeeperNotes, NotedHop } from '@skep/neighbor'
import { writeFileAtomically } from '../instance/write.ts'
import { currentNamespace } from '../sysctl/ledger.ts'

interface Notes {
  readonly namespace: string
  readonly neighbors: readonly NotedHop[]
}

/** What the instance keeps, or kept when it was killed. Entries of another network namespace have gone with it. */
export function readNotedHops(file: string): readonly NotedHop[] {
  if (!existsSync(file)) return []
  const notes = JSON.parse(readFileSync(file, 'utf8')) as Notes
  return notes.namespace === currentNamespace() ? notes.neighbors : []
}

/** An instance's notes, in a file of its run folder; the other instances below the same folder have theirs beside it. */
export function fileNotes(file: string): KeeperNotes {
  return {
    read: () => readNotedHops(file),
    write(neighbors) {
      if (neighbors.length === 0) rmSync(file, { force: true })
      else writeFileAtomically(file, JSON.stringify({ namespace: currentNamespace(), neighbors } satisfies Notes))
    },
    others: () => siblingFiles(file).flatMap(readNotedHops),
  }
}

function siblingFiles(file: string): string[] {
  const run = dirname(dirname(file))
  return readdirSync(run, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(dirname(file)))
    .map((entry) => join(run, entry.name, basename(file)))
}
