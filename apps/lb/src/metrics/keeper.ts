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
    this.#kept = new Set(this.#choose(rows, room).map(({ key }) => key))
    return {
      kept: rows.filter(({ key }) => this.#kept.has(key)),
      folded: rows.filter(({ key }) => !this.#kept.has(key)),
    }
  }

  #choose<T extends Ranked>(rows: readonly T[], room: number): readonly T[] {
    if (rows.length <= room) return rows
    const kept = rows.filter(({ key }) => this.#kept.has(key))
    if (kept.length >= room) return kept.length === room ? kept : largest(kept, room)
    const others = rows.filter(({ key }) => !this.#kept.has(key))
    return [...kept, ...largest(others, room - kept.length)]
  }
}

function largest<T extends Ranked>(rows: readonly T[], room: number): T[] {
  return rows.toSorted((a, b) => b.packets - a.packets).slice(0, room)
}
