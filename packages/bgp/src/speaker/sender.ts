import { AdjOut } from '../export/adj-out.ts'
import type { PeerView } from '../export/view.ts'
import type { Rib } from '../rib/rib.ts'
import type { Negotiated } from '../session/negotiate.ts'
import { afiOf, type Family, UNICAST } from '../wire/family.ts'
import { encodeRouteRefresh, type RefreshKind } from '../wire/route-refresh.ts'
import { encodeEndOfRib } from '../wire/update.ts'
import type { Connection } from './connection.ts'

/** Tells a peer whose session is up of all routes, and then of changes, as fast as it takes them. */
export class Sender implements Disposable {
  readonly #connection: Connection
  readonly #negotiated: Negotiated
  readonly #outs: ReadonlyMap<Family, AdjOut>
  readonly #unfollow: () => void
  /** Families whose End-of-RIB is still to be sent, and whose refresh is to be ended. */
  readonly #endDue: Set<Family>
  readonly #refreshed = new Set<Family>()
  #complete: boolean
  #pumping = false

  constructor(rib: Rib, view: PeerView, negotiated: Negotiated, connection: Connection, complete: boolean) {
    this.#connection = connection
    this.#negotiated = negotiated
    this.#complete = complete
    this.#outs = new Map(negotiated.families.map((family) => [family, new AdjOut(rib, family, view)]))
    this.#endDue = new Set(negotiated.families)
    this.#unfollow = rib.follow({
      changed: (family, id) => this.#changed(family, id),
      released: (template) => this.#outs.forEach((out) => out.forget(template)),
    })
    this.#kick()
  }

  advertised(family: Family): number {
    return this.#outs.get(family)?.size ?? 0
  }

  get pending(): number {
    return [...this.#outs.values()].reduce((sum, out) => sum + out.pending, 0)
  }

  /** Whether the peer has been told of the prefix. */
  has(family: Family, id: number): boolean {
    return this.#outs.get(family)?.has(id) ?? false
  }

  /** All routes that there are to be first are there: End-of-RIB may be said. */
  complete(): void {
    this.#complete = true
    this.#kick()
  }

  /** The peer looks at routes in another way from now on; what that changes is sent. */
  review(view: PeerView): void {
    for (const out of this.#outs.values()) out.review(view)
    this.#kick()
  }

  /** Sends a family's routes again. */
  refresh(family: Family): void {
    const out = this.#outs.get(family)
    if (out === undefined) return
    if (this.#negotiated.enhancedRefresh && !this.#refreshed.has(family)) {
      this.#refreshed.add(family)
      this.#sayRefresh(family, 'begin')
    }
    out.refresh()
    this.#kick()
  }

  [Symbol.dispose](): void {
    this.#unfollow()
    for (const out of this.#outs.values()) out[Symbol.dispose]()
  }

  #changed(family: Family, id: number): void {
    this.#outs.get(family)?.changed(id)
    this.#kick()
  }

  /** What changes in the same turn goes out together. */
  #kick(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => void this.#pump())
  }

  async #pump(): Promise<void> {
    while (this.#connection.open && this.pending > 0)
      for (const out of this.#outs.values()) {
        for (const chunk of out.flush()) {
          if (!this.#connection.write(chunk)) await this.#connection.drained()
          if (!this.#connection.open) return
        }
      }
    this.#pumping = false
    if (!this.#connection.open) return
    if (this.#complete) for (const family of this.#endDue) this.#connection.write(encodeEndOfRib(family))
    if (this.#complete) this.#endDue.clear()
    for (const family of this.#refreshed) this.#sayRefresh(family, 'end')
    this.#refreshed.clear()
  }

  #sayRefresh(family: Family, kind: RefreshKind): void {
    this.#connection.write(encodeRouteRefresh({ afi: afiOf(family), safi: UNICAST, kind }))
  }
}
