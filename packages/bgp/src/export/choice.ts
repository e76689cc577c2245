import { compareRoutes } from '../rib/decision.ts'
import type { FamilyRib, Source } from '../rib/family-rib.ts'
import { Interned } from '../rib/interned.ts'
import type { Rib } from '../rib/rib.ts'
import type { Family } from '../wire/family.ts'
import { type Export, exportRoutes, type Outgoing } from './policy.ts'
import type { PeerView } from './view.ts'

const UNKNOWN = -1
const NOTHING = 0

/** Which of a prefix's routes one peer is told, as a number for what the message says; equal messages have equal numbers. */
export class Choice {
  readonly outgoing: Interned<Outgoing> = new Interned<Outgoing>()
  readonly #rib: Rib
  readonly #routes: FamilyRib
  readonly #family: Family
  #view: PeerView
  /** By template: the number, which this keeps in use. */
  #known: number[] = []

  constructor(rib: Rib, family: Family, view: PeerView) {
    this.#rib = rib
    this.#routes = rib.family(family)
    this.#family = family
    this.#view = view
  }

  /** What the peer is to be told of the prefix; 0: nothing. */
  of(id: number): number {
    const only = this.#routes.only(id)
    return only !== 0 ? this.#number(only) : this.#best(id)
  }

  /** The peer looks at routes in another way from now on. */
  review(view: PeerView): void {
    this.#view = view
    for (const template of this.#known.keys()) this.forget(template)
  }

  /** The template's number may come to mean another one. */
  forget(template: number): void {
    const number = this.#known[template] ?? UNKNOWN
    this.#known[template] = UNKNOWN
    if (number > NOTHING) this.outgoing.release(number)
  }

  #best(id: number): number {
    let best: { readonly source: Source; readonly template: number } | undefined
    this.#routes.each(id, (source, template) => {
      if (this.#number(template) === NOTHING) return
      if (best === undefined || this.#isBetter({ source, template }, best)) best = { source, template }
    })
    return best === undefined ? NOTHING : this.#number(best.template)
  }

  #isBetter(a: Candidate, b: Candidate): boolean {
    const order = compareRoutes(this.#rib.template(a.template).attributes, this.#rib.template(b.template).attributes)
    return order < 0 || (order === 0 && compareSources(a.source, b.source) < 0)
  }

  #number(template: number): number {
    const known = this.#known[template] ?? UNKNOWN
    if (known !== UNKNOWN) return known
    const route = exportRoutes(this.#family, this.#rib.template(template), this.#view)
    while (this.#known.length < template) this.#known.push(UNKNOWN)
    return (this.#known[template] = isOutgoing(route) ? this.outgoing.acquire(keyOf(route), () => route) : NOTHING)
  }
}

interface Candidate {
  readonly source: Source
  readonly template: number
}

/** The order among routes that are equally good: always the same, whoever came first. */
export function compareSources(a: Source, b: Source): number {
  return compareText(a.owner, b.owner) || compareText(a.reason, b.reason)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isOutgoing(route: Export): route is Outgoing {
  return !('withheld' in route)
}

function keyOf({ reachHead, attributes }: Outgoing): string {
  return `${latin1(reachHead ?? new Uint8Array())}|${latin1(attributes)}`
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
