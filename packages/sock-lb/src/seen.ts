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
  /** All that there are now. */
  readonly list: readonly SockFrontend[]
}

/** The frontends of the last round. A frontend that is the same object says the same. */
export class Seen {
  readonly #all = new Set<SockFrontend>()
  #list: readonly SockFrontend[]
  readonly #byName = new Map<string, Set<SockFrontend>>()

  /** Each is in the list once. */
  constructor(frontends: readonly SockFrontend[]) {
    this.#list = frontends
    for (const one of frontends) this.#add(one)
  }

  part(frontends: readonly SockFrontend[]): Part {
    const [before, now] = betweenEnds(this.#list, frontends)
    const added = now.filter((one) => !this.#all.has(one))
    const still = new Set(now)
    const removed = before.filter((one) => !still.has(one))
    const names = new Set([...added, ...removed].map(nameOf))
    const had = [...names].flatMap((name) => [...(this.#byName.get(name) ?? [])])
    const gone = new Set(removed)
    return {
      frontends: [...had.filter((one) => !gone.has(one)), ...added],
      before: new Set(had.filter(isForSockets).map((one) => placeOf(one).text)),
      added,
      removed,
      list: frontends,
    }
  }

  take({ added, removed, list }: Part): void {
    this.#list = list
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

/** What two lists have between the beginning and the end that they share: a look at each costs less than a set of them. */
function betweenEnds<T>(a: readonly T[], b: readonly T[]): readonly [readonly T[], readonly T[]] {
  const shorter = Math.min(a.length, b.length)
  let first = 0
  while (first < shorter && a[first] === b[first]) first++
  let last = 0
  while (last < shorter - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last++
  return [a.slice(first, a.length - last), b.slice(first, b.length - last)]
}
