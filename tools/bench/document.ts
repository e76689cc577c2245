import type { BenchCase } from './bench.ts'
import { ratios } from './ratios.ts'
import { table } from './table.ts'

/** Everything that was measured. */
export interface Results {
  readonly cases: readonly BenchCase[]
  readonly floors: readonly BenchCase[]
}

/** What `JSON=1` prints: floors by name, and ratios when a peer was measured beside ours. */
export function jsonDocument({ cases, floors }: Results): string {
  const compared = ratios(cases)
  return JSON.stringify({
    cases,
    ...(floors.length > 0 ? { floors: Object.fromEntries(floors.map(({ name, ...figures }) => [name, figures])) } : {}),
    ...(Object.keys(compared).length > 0 ? { ratios: compared } : {}),
  })
}

/** The same for people: floors first, a column for the ratios. */
export function textTable({ cases, floors }: Results): string {
  const compared = ratios(cases)
  const withRatio = cases.map((result) => {
    const toPeer = compared[result.name]
    return toPeer === undefined ? result : { ...result, toPeer }
  })
  return table([...floors.map((floor) => ({ ...floor, name: `floor/${floor.name}` })), ...withRatio])
}
