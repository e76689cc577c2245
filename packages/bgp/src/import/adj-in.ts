import { formatPath } from '../wire/attributes/as-path.ts'
import type { PathAttributes } from '../wire/attributes/attributes.ts'
import type { NextHop } from '../wire/attributes/multiprotocol.ts'
import type { Family } from '../wire/family.ts'
import type { PrefixList } from '../wire/prefixes.ts'
import { Interned } from '../rib/interned.ts'
import { grown, PrefixTable } from '../rib/prefix-table.ts'

/** What came with a route. */
export interface Received {
  readonly attributes: PathAttributes
  readonly nextHop: NextHop
}

/** A route from a peer, for whoever looks. */
export interface ReceivedRoute extends Received {
  readonly prefix: string
  /** From before the peer's restart, and not sent again yet. */
  readonly stale: boolean
}

const FIRST = 64

/** The routes of one family that a peer has sent: counted and shown. Attributes are kept once for all that share them. */
export class AdjIn {
  readonly #table: PrefixTable
  readonly #shared = new Interned<Received>()
  #attributes: Uint32Array = new Uint32Array(FIRST)
  #stale: Uint8Array = new Uint8Array(FIRST)

  constructor(family: Family) {
    this.#table = new PrefixTable(family)
  }

  get size(): number {
    return this.#table.size
  }

  /** Takes routes in; they count as sent again. */
  announce(prefixes: PrefixList, received: Received): void {
    const shared = this.#shared.acquire(keyOf(received), () => received)
    prefixes.forEach((bytes, offset, bits) => {
      const id = this.#table.add(bytes, offset, bits)
      this.#room()
      this.#shared.retain(shared)
      if (this.#attributes[id] !== 0) this.#shared.release(this.#attributes[id]!)
      this.#attributes[id] = shared
      this.#stale[id] = 0
    })
    this.#shared.release(shared)
  }

  withdraw(prefixes: PrefixList): void {
    prefixes.forEach((bytes, offset, bits) => {
      const id = this.#table.find(bytes, offset, bits)
      if (id >= 0) this.#remove(id)
    })
  }

  /** From now on all that is here counts as old. */
  markStale(): void {
    this.#stale.fill(1)
  }

  /** Drops what is old. */
  dropStale(): void {
    this.#removeWhere((id) => this.#stale[id] === 1)
  }

  clear(): void {
    this.#removeWhere(() => true)
  }

  *routes(): Generator<ReceivedRoute, void, undefined> {
    for (let id = 0; id < this.#table.end; id++) {
      if (!this.#table.has(id)) continue
      const received = this.#shared.get(this.#attributes[id]!)
      yield { prefix: this.#table.text(id), ...received, stale: this.#stale[id] === 1 }
    }
  }

  #removeWhere(test: (id: number) => boolean): void {
    for (let id = 0; id < this.#table.end; id++) if (this.#table.has(id) && test(id)) this.#remove(id)
  }

  #remove(id: number): void {
    this.#shared.release(this.#attributes[id]!)
    this.#attributes[id] = 0
    this.#stale[id] = 0
    this.#table.remove(id)
  }

  #room(): void {
    const { capacity } = this.#table
    if (this.#attributes.length >= capacity) return
    this.#attributes = grown(this.#attributes, capacity)
    const stale = new Uint8Array(capacity)
    stale.set(this.#stale)
    this.#stale = stale
  }
}

function keyOf({ attributes, nextHop }: Received): string {
  const { asPath, unknown, extendedCommunities, ...others } = attributes
  const odd = (unknown ?? []).map(({ code, value }) => `${code}:${Buffer.from(value).toString('latin1')}`)
  return [
    JSON.stringify([others, nextHop]),
    formatPath(asPath ?? []),
    (extendedCommunities ?? []).join(' '),
    ...odd,
  ].join('|')
}
