import type { SockFrontend } from './desired.ts'
import { isForSockets, nameOf, placeOf } from './once.ts'

/** What has to be looked at again; everything else is as it was. */
export interface Part {
  /** All frontends, as they are now, of each service that has one which is new, another or gone. */
  readonly frontends: readonly SockFrontend[]
  /** What those services had before, by their texts. */
  readonly before: ReadonlySet<string>
  readonly added: readonly SockFrontend[]
  readonly removed: readonly SockFrontend[]
}

/** The frontends of the last round. A frontend that is the same object says the same. */
export class Seen {
  readonly #all = new Set<SockFrontend>()
  readonly #byName = new Map<string, Set<SockFrontend>>()

  constructor(frontends: Iterable<SockFrontend>) {
    for (const one of frontends) this.#add(one)
  }

  part(frontends: readonly SockFrontend[]): Part {
    const added = frontends.filter((one) => !this.#all.has(one))
    const isAllKept = frontends.length - added.length === this.#all.size
    const removed = isAllKept ? [] : [...this.#all.difference(new Set(frontends))]
    const names = new Set([...added, ...removed].map(nameOf))
    const had = [...names].flatMap((name) => [...(this.#byName.get(name) ?? [])])
    const gone = new Set(removed)
    return {
      frontends: [...had.filter((one) => !gone.has(one)), ...added],
      before: new Set(had.filter(isForSockets).map((one) => placeOf(one).text)),
      added,
      removed,
    }
  }

  take({ added, removed }: Part): void {
    for (const one of removed) this.#remove(one)
    for (const one of added) this.#add(one)
  }

  #add(one: SockFrontend): void {
    const name = nameOf(one)
    this.#all.add(one)
    const known = this.#byName.get(name)
    if (known) known.add(one)
    else this.#byName.set(name, new Set([one]))
  }

  #remove(one: SockFrontend): void {
    const name = nameOf(one)
    this.#all.delete(one)
    const left = this.#byName.get(name)
    left?.delete(one)
    if (left?.size === 0) this.#byName.delete(name)
  }
}
