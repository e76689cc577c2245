import { type LbMaps, memoryMaps, tableNames, type TableSizes } from '../src/maps.ts'
import type { HashKey } from '../src/hash.ts'

export const testKey: HashKey = { key0: 0x243f6a8885a308d3n, key1: 0x13198a2e03707344n }

/** Room for what the generators of desired.ts make. */
export const sizes: TableSizes = {
  services4: 32,
  services6: 64,
  services: 32,
  rings: 1024,
  moves: 1024,
  memberIds: 128,
  members: 1024,
  sources: 8,
  records: 1024,
  ranges: 64,
  rates: 4,
}

/** The same with service tables so small that keys have to move, and now and then find no place. */
export const tightSizes: TableSizes = { ...sizes, services4: 4, services6: 8 }

/** Another set of maps with the same content. */
export function copyMaps(maps: LbMaps): LbMaps {
  const sizes = Object.fromEntries(tableNames.map((name) => [name, maps[name].entries])) as TableSizes
  const copy = memoryMaps(sizes, maps.hashKey)
  for (const name of tableNames) copy[name].words.set(maps[name].words)
  return copy
}

/** Everything in the maps, to be compared. */
export function contents(maps: LbMaps): Record<string, Uint32Array> {
  return Object.fromEntries(tableNames.map((name) => [name, maps[name].words.slice()]))
}
