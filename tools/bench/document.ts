import type { BenchCase } from './bench.ts'
import { familyRatios, ratios, recordRatios } from './ratios.ts'
import { table } from './table.ts'

/** Everything that was measured. */
export interface Results {
  readonly cases: readonly BenchCase[]
  readonly floors: readonly BenchCase[]
}

/** What `JSON=1` prints: floors by name, ratios to the peer when one was measured, of IPv6 to IPv4, to the kernel's LRU hash. */
export function jsonDocument({ cases, floors }: Results): string {
  const byName = Object.fromEntries(floors.map(({ name, ...figures }) => [name, figures]))
  const parts = {
    floors: byName,
    ratios: ratios(cases),
    familyRatios: familyRatios(cases),
    recordRatios: recordRatios(cases, floors),
  }
  const present = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0)
  return JSON.stringify({ cases, ...Object.fromEntries(present) })
}

/** The same for people: a table for all cases that have the same figures, floors first; then what was left out, and why. */
export function textTable({ cases, floors }: Results): string {
  const columns = {
    toPeer: ratios(cases),
    toV4: familyRatios(cases),
    toLruInsert: recordRatios(cases, floors),
  }
  const withRatios = (result: BenchCase): BenchCase => {
    const found = Object.entries(columns).flatMap(([column, by]) => {
      const ratio = by[result.name]
      return ratio === undefined ? [] : [[column, ratio] as const]
    })
    return { ...result, ...Object.fromEntries(found) }
  }
  const measured = [...floors.map((floor) => ({ ...floor, name: `floor/${floor.name}` })), ...cases]
  const alike = Map.groupBy(measured.filter(isMeasured), (result) => Object.keys(result).join())
  const tables = [...alike.values()].map((some) => table(some.map(withRatios)))
  const skipped = cases.filter((result) => !isMeasured(result)).map((result) => `${result.name}: ${result['skipped']}`)
  return [...tables, ...(skipped.length > 0 ? [`skipped\n${skipped.join('\n')}`] : [])].join('\n\n')
}

function isMeasured(result: BenchCase): boolean {
  return result['skipped'] === undefined
}
