import type { Backend } from './service.ts'

/** When backends come and go, as the configuration declares it. Rows without times: from ever, and for ever. */
export class BackendTimes {
  readonly #rows = new Map<number, { readonly from: number; readonly until: number; readonly weight: number }>()

  /** Notes a row's times, and gives its weight at `now`. `weight`: while it takes connections. */
  note(row: number, { addedAt, drainingSince }: Backend, weight: number, now: number): number {
    if (addedAt === undefined && drainingSince === undefined) return weight
    const times = { from: addedAt ?? -Infinity, until: drainingSince ?? Infinity, weight }
    this.#rows.set(row, times)
    return isIn(times, now) ? weight : 0
  }

  /** Does any of these rows have a time? */
  has(start: number, count: number): boolean {
    if (this.#rows.size === 0) return false
    for (let row = start; row < start + count; row++) if (this.#rows.has(row)) return true
    return false
  }

  /** The moments until `now` at which weights of these rows change, the earliest first. */
  changes(start: number, count: number, now: number): number[] {
    const moments = new Set<number>()
    for (let row = start; row < start + count; row++) {
      const { from = -Infinity, until = Infinity } = this.#rows.get(row) ?? {}
      for (const moment of [from, until]) if (moment > -Infinity && moment <= now) moments.add(moment)
    }
    return [...moments].toSorted((a, b) => a - b)
  }

  /** Weights of these rows as they were at a moment; rows without times always had those of today. */
  weightsAt(weights: Uint32Array, start: number, count: number, moment: number): Uint32Array {
    const then = weights.slice(start, start + count)
    for (let row = 0; row < count; row++) {
      const times = this.#rows.get(start + row)
      if (times) then[row] = isIn(times, moment) ? times.weight : 0
    }
    return then
  }
}

function isIn({ from, until }: { readonly from: number; readonly until: number }, moment: number): boolean {
  return from <= moment && moment < until
}
