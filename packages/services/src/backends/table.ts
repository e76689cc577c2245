import type { BackendDraft } from './draft.ts'
import type { Backend } from '../model/backend.ts'
import type { IdPool } from './ids.ts'

/** What one round did to the backends. */
export interface BackendChanges {
  readonly set: readonly Backend[]
  /** Their endpoints exist no more: connections to them end. */
  readonly removed: readonly Backend[]
}

interface Owner {
  readonly service: string
  readonly draft: BackendDraft
}

interface Entry {
  /** In the order of their names; most backends have one. */
  owners: Owner[]
  backend: Backend
}

/**
 * All backends, each once however many services have it, with the id that stays its own. Where services see one backend
 * differently (their slices come one after another) an active one counts, then the service whose name is first.
 */
export class BackendTable {
  readonly #ids: IdPool
  readonly #entries = new Map<string, Entry>()
  /** As of the last round. */
  readonly #byId = new Map<number, Backend>()
  /** As they were before the round; `undefined`: not there. */
  readonly #touched = new Map<string, Backend | undefined>()
  readonly #hold: (backend: Backend) => boolean
  /** By service: those that have no id yet. */
  readonly #waiting = new Map<string, ReadonlySet<BackendDraft>>()

  /** `hold`: do connections still have this backend that goes away? Its id rests until it is released. */
  constructor(ids: IdPool, hold: (backend: Backend) => boolean) {
    this.#ids = ids
    this.#hold = hold
  }

  /** Makes these the backends of a service, in place of those it had. Returns the keys that found no id. */
  replace(service: string, before: readonly BackendDraft[], after: readonly BackendDraft[]): string[] {
    // What slices that have not changed list are the same objects.
    const known = new Set(before)
    const waiting = this.#waiting.get(service)
    const isKept = (draft: BackendDraft): boolean => known.delete(draft) && !waiting?.has(draft)
    const refused = after.filter((draft) => !isKept(draft) && !this.#add(service, draft))
    if (refused.length > 0) this.#waiting.set(service, new Set(refused))
    else this.#waiting.delete(service)
    if (known.size > 0) this.#removeAll(service, known, after)
    return refused.map(({ key }) => key)
  }

  id(key: string): number | undefined {
    return this.#entries.get(key)?.backend.id
  }

  get(key: string): Backend | undefined {
    return this.#entries.get(key)?.backend
  }

  /** Services that have it. */
  ownersOf(key: string): string[] {
    return (this.#entries.get(key)?.owners ?? []).map(({ service }) => service)
  }

  *[Symbol.iterator](): IterableIterator<Backend> {
    for (const { backend } of this.#entries.values()) yield backend
  }

  get size(): number {
    return this.#entries.size
  }

  /** By their ids, as of the last round: the same map in each. */
  get byId(): ReadonlyMap<number, Backend> {
    return this.#byId
  }

  /** What has changed since this was last asked. */
  finish(): BackendChanges {
    const set: Backend[] = []
    const removed: Backend[] = []
    for (const [key, before] of this.#touched) {
      const now = this.#entries.get(key)?.backend
      if (now && !(before && isSame(before, now))) set.push(now)
      if (before && !now) {
        removed.push(before)
        this.#ids.give(key, this.#hold(before))
      } else if (!now) this.#ids.give(key)
    }
    this.#touched.clear()
    for (const { id } of removed) this.#byId.delete(id)
    for (const one of set) this.#byId.set(one.id, one)
    return { set, removed }
  }

  #add(service: string, draft: BackendDraft): boolean {
    const entry = this.#entries.get(draft.key)
    if (!entry) return this.#create(service, draft)
    const owner = entry.owners.find((one) => one.service === service)
    if (owner && isSame(owner.draft, draft)) return true
    const others = entry.owners.filter((one) => one !== owner)
    this.#own(draft.key, entry, [...others, { service, draft }].toSorted(byService))
    return true
  }

  #create(service: string, draft: BackendDraft): boolean {
    const id = this.#ids.take(draft.key)
    if (id === undefined) return false
    this.#touch(draft.key, undefined)
    this.#entries.set(draft.key, { owners: [{ service, draft }], backend: withId(id, draft) })
    return true
  }

  #removeAll(service: string, before: Iterable<BackendDraft>, after: readonly BackendDraft[]): void {
    const gone = new Set([...before].map(({ key }) => key))
    for (const { key } of after) gone.delete(key)
    for (const key of gone) this.#remove(service, key)
  }

  #remove(service: string, key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    const owners = entry.owners.filter((one) => one.service !== service)
    if (owners.length > 0) return this.#own(key, entry, owners)
    this.#touch(key, entry.backend)
    this.#entries.delete(key)
  }

  #own(key: string, entry: Entry, owners: Owner[]): void {
    this.#touch(key, entry.backend)
    entry.owners = owners
    const { draft } = owners.find((one) => one.draft.state === 'active') ?? owners[0]!
    entry.backend = withId(entry.backend.id, draft)
  }

  #touch(key: string, before: Backend | undefined): void {
    if (!this.#touched.has(key)) this.#touched.set(key, before)
  }
}

function withId(id: number, { address, port, protocol, nodeName, zone, state }: BackendDraft): Backend {
  return {
    id,
    address,
    port,
    protocol,
    ...(nodeName !== undefined && { nodeName }),
    ...(zone !== undefined && { zone }),
    state,
  }
}

/** Do they say the same of one key? */
function isSame(a: Omit<Backend, 'id'>, b: Omit<Backend, 'id'>): boolean {
  return a.state === b.state && a.nodeName === b.nodeName && a.zone === b.zone
}

function byService(a: Owner, b: Owner): number {
  return a.service < b.service ? -1 : 1
}
