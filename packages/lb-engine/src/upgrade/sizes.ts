/** Entries by map, by the names that the program's skeleton has for them. */
export type Sizes = Readonly<Record<string, number>>

/** What tables are to be, beside those that are there. */
export interface SizePlan {
  /** What the program is loaded with: never less than what is there. */
  readonly sizes: Sizes
  /** Tables that are made anew, larger, and filled from those that are there. */
  readonly grown: readonly string[]
  /** Tables that are larger than was asked for, and stay so. */
  readonly kept: readonly string[]
}

/** Tables grow and never shrink: what stands in them would have no place. What is pinned but not asked for is the program's own. */
export function planSizes(wanted: Sizes, pinned: Sizes): SizePlan {
  const names = Object.keys(wanted)
  const there = (name: string): number => pinned[name] ?? 0
  return {
    sizes: Object.fromEntries(names.map((name) => [name, Math.max(wanted[name]!, there(name))])),
    grown: names.filter((name) => there(name) > 0 && wanted[name]! > there(name)),
    kept: names.filter((name) => wanted[name]! < there(name)),
  }
}
