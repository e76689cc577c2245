import type { BenchCase } from '../bench.ts'
import type { LoadFigures } from './wrk.ts'

/** One run of the load generator. */
export interface Taken extends LoadFigures {
  readonly name: string
  readonly profile: string
}

/**
 * A case for each contender and profile, profile by profile, from rounds that came one after the other. `toDirect`:
 * requests per second as a share of `direct`'s in the same round.
 */
export function medians(taken: readonly Taken[]): BenchCase[] {
  const unique = (of: 'name' | 'profile'): string[] => [...new Set(taken.map((one) => one[of]))]
  return unique('profile').flatMap((profile) => {
    const of = (name: string): Taken[] => taken.filter((one) => one.name === name && one.profile === profile)
    const direct = of('direct')
    return unique('name').map((name) => {
      const shares = of(name).map(({ requestsPerSecond }, i) => requestsPerSecond / (direct[i]?.requestsPerSecond ?? 0))
      const toDirect = direct.length === 0 ? {} : { toDirect: round(median(shares), 3) }
      return { name: `end-to-end/${name}/${profile}`, ...middle(of(name)), ...toDirect }
    })
  })
}

function middle(all: readonly LoadFigures[]): LoadFigures {
  const of = (figure: keyof LoadFigures): number => median(all.map((one) => one[figure]))
  return {
    requestsPerSecond: Math.round(of('requestsPerSecond')),
    p50Ms: round(of('p50Ms'), 3),
    p99Ms: round(of('p99Ms'), 3),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
