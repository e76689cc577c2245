import { type Cidr, parseCidr } from '@skep/packet'
import { BgpError } from '../error.ts'
import { families, type Family } from '../wire/family.ts'
import { checkAttributes } from './check.ts'
import { FamilyRib, Shared, type Source } from './family-rib.ts'
import type { Announcement, Route, Withdrawal } from './route.ts'
import { type Template, templateKey } from './template.ts'

/** Who follows what is announced. */
export interface RibListener {
  /** Something about the prefix of this number has changed. */
  changed(family: Family, id: number): void
  /** The template's number may come to mean another one. */
  released(template: number): void
}

/** All that is to be announced, by whomever: one table for all features and all peers. */
export class Rib {
  readonly #shared = new Shared()
  readonly #listeners = new Set<RibListener>()
  readonly #families: Readonly<Record<Family, FamilyRib>>
  #mark = 0

  constructor() {
    const make = (family: Family): FamilyRib =>
      new FamilyRib(
        family,
        this.#shared,
        (id) => this.#listeners.forEach((one) => one.changed(family, id)),
        (template) => this.#listeners.forEach((one) => one.released(template)),
      )
    this.#families = { ipv4: make('ipv4'), ipv6: make('ipv6') }
  }

  /** How many routes there are. */
  get size(): number {
    return this.#families.ipv4.size + this.#families.ipv6.size
  }

  family(family: Family): FamilyRib {
    return this.#families[family]
  }

  template(id: number): Template {
    return this.#shared.templates.get(id)
  }

  /** Adds routes, or gives those that are there these attributes. Throws {@link BgpError} at a prefix that is none. */
  announce(announcement: Announcement): void {
    this.#put(announcement, 0)
  }

  /** Removes routes; how many. */
  withdraw({ owner, reason, prefixes }: Withdrawal): number {
    const test = (source: Source): boolean =>
      source.owner === owner && (reason === undefined || source.reason === reason)
    if (prefixes === undefined) return families.reduce((sum, one) => sum + this.#families[one].sweep(test), 0)
    let removed = 0
    for (const prefix of prefixes) {
      const { address, prefix: bits } = cidrOf(prefix, 'withdraw')
      removed += this.#families[address.family === 4 ? 'ipv4' : 'ipv6'].remove(address.bytes, bits, test)
    }
    return removed
  }

  /** Makes these all that the owner announces: what is new is added, what is not there withdrawn, the rest left alone. */
  replace(owner: string, announcements: Iterable<Omit<Announcement, 'owner'>>): void {
    const mark = ++this.#mark
    for (const one of announcements) this.#put({ ...one, owner }, mark)
    for (const family of families) this.#families[family].sweep((source) => source.owner === owner, mark)
  }

  /** Follows changes until the returned function is called. */
  follow(listener: RibListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** All routes. */
  *routes(): Generator<Route, void, undefined> {
    for (const family of families) {
      const { prefixes } = this.#families[family]
      for (let id = 0; id < prefixes.end; id++) if (this.#families[family].has(id)) yield* this.routesOf(family, id)
    }
  }

  /** The routes of a prefix, the one that is preferred first. */
  routesOf(family: Family, id: number): Route[] {
    const prefix = this.#families[family].prefixes.text(id)
    const routes: Route[] = []
    this.#families[family].each(id, (source, template) =>
      routes.push({ prefix, ...source, ...this.template(template) }),
    )
    return routes
  }

  #put({ owner, reason, prefixes, attributes = {}, scope = {} }: Announcement, mark: number): void {
    checkAttributes('announce', attributes)
    const { sources, templates } = this.#shared
    const source = sources.acquire(`${owner}\0${reason}`, () => ({ owner, reason }))
    const template = templates.acquire(templateKey({ attributes, scope }), () => ({ attributes, scope }))
    try {
      for (const prefix of prefixes) {
        const { address, prefix: bits } = cidrOf(prefix, 'announce')
        sources.retain(source)
        templates.retain(template)
        this.#families[address.family === 4 ? 'ipv4' : 'ipv6'].put(address.bytes, bits, source, template, mark)
      }
    } finally {
      sources.release(source)
      if (templates.release(template)) for (const one of this.#listeners) one.released(template)
    }
  }
}

function cidrOf(prefix: string | Cidr, operation: string): Cidr {
  if (typeof prefix !== 'string') return prefix
  try {
    return parseCidr(prefix)
  } catch (error) {
    throw new BgpError('INVALID_INPUT', operation, (error as Error).message, error)
  }
}
