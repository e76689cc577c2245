import type { Family } from '../wire/family.ts'
import { Interned } from './interned.ts'
import { grown, PrefixTable } from './prefix-table.ts'
import type { Template } from './template.ts'

/** Who announces a route and why; shared by the RIBs of both families. */
export interface Source {
  readonly owner: string
  readonly reason: string
}

/** What the routes of all families share. */
export class Shared {
  readonly sources: Interned<Source> = new Interned<Source>()
  readonly templates: Interned<Template> = new Interned<Template>()
}

const FIRST = 64

/**
 * The routes of one family. Each prefix has a chain of routes, each route a source and a template, in arrays of numbers:
 * 16 bytes a route beside the prefix's own. A prefix's number stays its own while somebody holds it.
 */
export class FamilyRib {
  readonly prefixes: PrefixTable
  readonly #shared: Shared
  readonly #changed: (id: number) => void
  readonly #released: (template: number) => void
  #routes = 0
  /** By prefix: its first route, and how many hold its number. */
  #head: Uint32Array = new Uint32Array(FIRST)
  #holds: Uint32Array = new Uint32Array(FIRST)
  /** By route; route 0 is none. */
  #next: Uint32Array = new Uint32Array(FIRST)
  #source: Uint32Array = new Uint32Array(FIRST)
  #template: Uint32Array = new Uint32Array(FIRST)
  #mark: Uint32Array = new Uint32Array(FIRST)
  #end = 1
  #free = 0

  constructor(family: Family, shared: Shared, changed: (id: number) => void, released: (template: number) => void) {
    this.prefixes = new PrefixTable(family)
    this.#shared = shared
    this.#changed = changed
    this.#released = released
  }

  /** How many routes there are. */
  get size(): number {
    return this.#routes
  }

  /** Adds a route or changes its template; takes over one use of each number. `mark` is what {@link sweep} asks for. */
  put(bytes: Uint8Array, bits: number, source: number, template: number, mark: number): void {
    const id = this.prefixes.add(bytes, 0, bits)
    this.#roomForPrefixes()
    let route = this.#head[id]!
    while (route !== 0 && this.#source[route] !== source) route = this.#next[route]!
    if (route !== 0) return this.#change(id, route, template, mark)
    route = this.#newRoute()
    if (this.#head[id] === 0) this.hold(id)
    this.#next[route] = this.#head[id]!
    this.#source[route] = source
    this.#template[route] = template
    this.#mark[route] = mark
    this.#head[id] = route
    this.#changed(id)
  }

  /** Removes the prefix's routes whose source the test accepts; how many. */
  remove(bytes: Uint8Array, bits: number, test: (source: Source) => boolean): number {
    const id = this.prefixes.find(bytes, 0, bits)
    return id < 0 ? 0 : this.#removeWhere(id, (route) => test(this.#shared.sources.get(this.#source[route]!)))
  }

  /** Removes all routes whose source the test accepts and that have another mark; how many. */
  sweep(test: (source: Source) => boolean, mark?: number): number {
    let removed = 0
    for (let id = 0; id < this.prefixes.end; id++) {
      if (!this.has(id)) continue
      removed += this.#removeWhere(
        id,
        (route) => this.#mark[route] !== mark && test(this.#shared.sources.get(this.#source[route]!)),
      )
    }
    return removed
  }

  /** Whether the prefix has a route. */
  has(id: number): boolean {
    return id < this.#head.length && this.#head[id] !== 0
  }

  /** Visits the routes of a prefix. */
  each(id: number, visit: (source: Source, template: number) => void): void {
    for (let route = this.#head[id]!; route !== 0; route = this.#next[route]!)
      visit(this.#shared.sources.get(this.#source[route]!), this.#template[route]!)
  }

  /** The template of a prefix's only route; 0 where it has none or several. */
  only(id: number): number {
    const route = this.#head[id]!
    return route !== 0 && this.#next[route] === 0 ? this.#template[route]! : 0
  }

  /** Keeps the number for this prefix, whether it has routes or not. */
  hold(id: number): void {
    this.#holds[id]!++
  }

  drop(id: number): void {
    if (--this.#holds[id]! === 0) this.prefixes.remove(id)
  }

  #change(id: number, route: number, template: number, mark: number): void {
    this.#shared.sources.release(this.#source[route]!)
    const before = this.#template[route]!
    this.#template[route] = template
    this.#mark[route] = mark
    if (this.#shared.templates.release(before)) this.#released(before)
    if (before !== template) this.#changed(id)
  }

  #removeWhere(id: number, test: (route: number) => boolean): number {
    let removed = 0
    let before = 0
    for (let route = this.#head[id]!; route !== 0;) {
      const next = this.#next[route]!
      if (test(route)) {
        if (before === 0) this.#head[id] = next
        else this.#next[before] = next
        this.#freeRoute(route)
        removed++
      } else before = route
      route = next
    }
    if (removed === 0) return 0
    this.#changed(id)
    if (this.#head[id] === 0) this.drop(id)
    return removed
  }

  #newRoute(): number {
    this.#routes++
    const free = this.#free
    if (free !== 0) {
      this.#free = this.#next[free]!
      return free
    }
    if (this.#end === this.#next.length) {
      const length = 2 * this.#end
      this.#next = grown(this.#next, length)
      this.#source = grown(this.#source, length)
      this.#template = grown(this.#template, length)
      this.#mark = grown(this.#mark, length)
    }
    return this.#end++
  }

  #freeRoute(route: number): void {
    this.#routes--
    this.#shared.sources.release(this.#source[route]!)
    const template = this.#template[route]!
    if (this.#shared.templates.release(template)) this.#released(template)
    this.#next[route] = this.#free
    this.#free = route
  }

  #roomForPrefixes(): void {
    const { capacity } = this.prefixes
    if (this.#head.length >= capacity) return
    this.#head = grown(this.#head, capacity)
    this.#holds = grown(this.#holds, capacity)
  }
}
