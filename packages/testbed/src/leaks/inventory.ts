import { openDescriptors } from './descriptors.ts'
import { bpfMappings } from './mappings.ts'
import { namedNamespaces } from './namespaces.ts'
import { isAnothers, otherRuns } from './others.ts'
import { pinnedObjects } from './pins.ts'
import { childProcesses } from './processes.ts'

/** What can be left behind. */
export type LeakKind = 'descriptor' | 'mapping' | 'namespace' | 'pin' | 'process'

/** Something that was left behind. */
export interface Leak {
  readonly kind: LeakKind
  /** What it is, as one line. */
  readonly what: string
}

/** What was there at a moment: per kind, key → what it is; and the test runs that were under way beside this one. */
export type Inventory = Readonly<Record<LeakKind, ReadonlyMap<string, string>>> & {
  readonly runs: ReadonlySet<number>
}

const readers: Readonly<Record<LeakKind, () => Map<string, string>>> = {
  descriptor: openDescriptors,
  mapping: bpfMappings,
  namespace: namedNamespaces,
  pin: pinnedObjects,
  process: childProcesses,
}

/** Namespaces and pins belong to the machine, the rest to this process. */
const shared: ReadonlySet<LeakKind> = new Set<LeakKind>(['namespace', 'pin'])

/** Lists this process's descriptors, mappings and children, and the machine's named namespaces and pins. */
export function takeInventory(): Inventory {
  // Before and after: a run that ends in between has made what was seen.
  const runs = otherRuns()
  const read = Object.entries(readers).map(([kind, reader]) => [kind, reader()])
  return { ...(Object.fromEntries(read) as Omit<Inventory, 'runs'>), runs: runs.union(otherRuns()) }
}

/** What is there after but was not before, and is not another process's. */
export function leaksBetween(before: Inventory, after: Inventory): Leak[] {
  const kinds = Object.keys(readers) as LeakKind[]
  const found = kinds.flatMap((kind) => {
    const added = [...after[kind]].filter(([key]) => !before[kind].has(key))
    return added.map(([key, what]) => ({ kind, key, what }))
  })
  if (found.length === 0) return []
  const company = { runs: new Set([...before.runs, ...after.runs]) }
  const ours = found.filter(({ kind, key }) => !shared.has(kind) || !isAnothers(key, company))
  return ours.map(({ kind, what }) => ({ kind, what }))
}
