import type { BenchCase } from './bench.ts'
import { ratios, recordRatios } from './ratios.ts'
import { table } from './table.ts'

/** Everything that was measured. */
export interface Results {
  readonly cases: readonly BenchCase[]
  readonly floors: readonly BenchCase[]
}

/** What `JSON=1` prints: floors by name, ratios to the peer when one was measured, and those to the kernel's LRU hash. */
export function jsonDocument({ cases, floors }: Results): string {
  const byName = Object.fromEntries(floors.map(({ name, ...figures }) => [name, figures]))
  const parts = { floors: byName, ratios: ratios(cases), recordRatios: recordRatios(cases, floors) }
  const present = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0)
  return JSON.stringify({ cases, ...Object.fromEntries(present) })
}

/** The same for people: floors first, a column for each kind of ratio. */
export function textTable({ cases, floors }: Results): string {
  const columns = { toPeer: ratios(cases), toLruInsert: recordRatios(cases, floors) }
  const withRatios = cases.map((result) => {
    const found = Object.entries(columns).flatMap(([column, by]) => {
      const ratio = by[result.name]
      return ratio === undefined ? [] : [[column, ratio] as const]
    })
    return { ...result, ...Object.fromEntries(found) }
  })
  return table([...floors.map((floor) => ({ ...floor, name: `floor/${floor.name}` })), ...withRatios])
}
