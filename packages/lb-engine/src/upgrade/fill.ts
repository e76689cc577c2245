import { carryKeys, carryRecords, type HashKey, tableOver } from '@skep/lb-maps'
import { MAP_FLAGS, type MapHandle, rawMap } from 'libbpf-ts'
import { carryNat, natNames } from './nat.ts'
import type { StagedTables } from './tables.ts'

/** Fills the new tables, which no program uses yet, from those that are there. */
export function fillTables(tables: StagedTables, hashKey: HashKey): void {
  for (const name of tables.staged) {
    if (natNames.has(name)) continue
    const [from, to] = [tables.before(name), tables.after(name)]
    if (name === 'services4' || name === 'services6') fillKeys(name, tables, hashKey)
    else if (from.info.flags & MAP_FLAGS.mmapable) copyMemory(tables.memory(from), tables.memory(to))
    else copyEntries(from, to)
  }
  carryNat(tables, hashKey, { unused: true })
}

/**
 * What the program has written to the tables that were there since they were copied. As often as one likes: when the last
 * packet has gone through them, all of it is there. Counters that counted in between have lost it.
 */
export function catchUp(tables: StagedTables, hashKey: HashKey): void {
  if (tables.staged.includes('records')) {
    const words = (map: MapHandle) => new BigUint64Array(tables.memory(map))
    carryRecords(words(tables.before('records')), words(tables.after('records')))
  }
  carryNat(tables, hashKey)
}

/** Counters as they are now, which only grow. Before a program counts in the new ones. */
export function copyCounters(tables: StagedTables): void {
  for (const name of tables.staged.filter((one) => one.endsWith('_counters')))
    copyEntries(tables.before(name), tables.after(name))
}

function fillKeys(name: 'services4' | 'services6', tables: StagedTables, hashKey: HashKey): void {
  const table = (map: MapHandle) => tableOver(name, tables.memory(map), map.info.maxEntries)
  carryKeys(name, table(tables.before(name)), table(tables.after(name)), hashKey)
}

/** Entries keep their places. */
function copyMemory(from: ArrayBuffer, to: ArrayBuffer): void {
  new Uint8Array(to).set(new Uint8Array(from))
}

function copyEntries(from: MapHandle, to: MapHandle): void {
  rawMap(to).setBatch(rawMap(from).entries())
}
