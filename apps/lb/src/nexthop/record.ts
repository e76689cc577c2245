import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { writeFileAtomically } from '../instance/write.ts'

/** The neighbour entries that an instance keeps, by device index and address. */
export interface KeptNeighbor {
  readonly index: number
  readonly address: string
}

interface Record {
  readonly namespace: string
  readonly neighbors: readonly KeptNeighbor[]
}

/** What the instance keeps, or kept when it was killed. Entries of another network namespace have gone with it. */
export function readNeighbors(file: string, namespace: string): readonly KeptNeighbor[] {
  if (!existsSync(file)) return []
  const record = JSON.parse(readFileSync(file, 'utf8')) as Record
  return record.namespace === namespace ? record.neighbors : []
}

/** Notes what is kept, before it is made: a kill in between leaves nothing unknown. */
export function writeNeighbors(file: string, namespace: string, neighbors: readonly KeptNeighbor[]): void {
  if (neighbors.length === 0) rmSync(file, { force: true })
  else writeFileAtomically(file, JSON.stringify({ namespace, neighbors } satisfies Record))
}

/** What the other instances below the same run folder keep: not ours to take away. */
export function othersNeighbors(file: string, namespace: string): readonly KeptNeighbor[] {
  const run = dirname(dirname(file))
  return readdirSync(run, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(dirname(file)))
    .flatMap((entry) => readNeighbors(join(run, entry.name, basename(file)), namespace))
}
