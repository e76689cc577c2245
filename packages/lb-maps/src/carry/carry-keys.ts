import { apply } from '../apply.ts'
import { type BucketShape, readPlace, shapes } from '../bucket.ts'
import { LbMapsError } from '../error.ts'
import type { HashKey } from '../hash.ts'
import { KeyHasher } from '../key.ts'
import { type LbMaps, memoryMaps, type Table } from '../maps.ts'
import { sizeMaps } from '../sizing.ts'
import { TableDraft } from '../table-draft.ts'

/**
 * Puts the keys of a service table (`services4`, `services6`) into an empty one with more buckets, which nobody reads yet.
 * Throws LAYOUT where they do not fit.
 */
export function carryKeys(name: 'services4' | 'services6', from: Table, to: Table, hashKey: HashKey): void {
  const shape = shapes.find(({ table }) => table === name)!
  const maps: LbMaps = { ...memoryMaps(sizeMaps({ services: 1, backends: 1 }).tables, hashKey), [name]: to }
  const draft = new TableDraft(maps, shape, new KeyHasher(hashKey), 0)
  for (const { key, service } of entriesOf(from, shape)) {
    if (draft.find(key)) continue
    if (draft.insert(key, service, 0) === undefined)
      throw new LbMapsError(
        'LAYOUT',
        `map ${name}`,
        `its ${from.entries} buckets have more keys than ${to.entries} hold`,
      )
  }
  const rounds = Array.from({ length: draft.rounds }, (_, round) => draft.steps(round))
  apply({ steps: rounds.flat() }, maps)
}

function* entriesOf(table: Table, shape: BucketShape): Generator<NonNullable<ReturnType<typeof readPlace>>> {
  for (let place = 0; place < table.entries * shape.keys; place++) {
    const entry = readPlace(table, shape, place)
    if (entry) yield entry
  }
}
