interface Ranked {
  readonly key: string
  readonly packets: number
}

/**
 * Which rows have series of their own. Who is kept stays kept while it exists: a series that comes and goes by its
 * rank would be of no use to a graph. Room that becomes free goes to the largest of the others.
 */
export class Keeper {
  #kept: ReadonlySet<string> = new Set()

  /** Parts the rows in those that are kept, at most `room`, and the rest. */
  part<T extends Ranked>(rows: readonly T[], room: number): { kept: T[]; folded: T[] } {
    const before = this.#kept
    const rank = (row: T) => (before.has(row.key) ? 1 : 0)
    const ranked = rows.length <= room ? rows : rows.toSorted((a, b) => rank(b) - rank(a) || b.packets - a.packets)
    this.#kept = new Set(ranked.slice(0, room).map(({ key }) => key))
    return {
      kept: rows.filter(({ key }) => this.#kept.has(key)),
      folded: rows.filter(({ key }) => !this.#kept.has(key)),
    }
  }
}
