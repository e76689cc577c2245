import { backendKey, type Backend } from '@skep/services'
import type { BackendConnections } from '@skep/lb-engine'

/** The table is looked through so often at most: it may be large, and rounds come quickly. */
const EVERY_MS = 5000

/** Connections from outside that are translated on this node, by backend: as they were a few seconds ago at most. */
export class KnownConnections {
  readonly #read: () => readonly BackendConnections[]
  readonly #now: () => number
  #counts: ReadonlyMap<string, number> = new Map()
  #at = -Infinity

  constructor(read: () => readonly BackendConnections[], now: () => number = () => performance.now()) {
    this.#read = read
    this.#now = now
  }

  of({ protocol, address, port }: Pick<Backend, 'protocol' | 'address' | 'port'>): number {
    if (this.#now() - this.#at >= EVERY_MS) this.#look()
    return this.#counts.get(backendKey(protocol, address, port)) ?? 0
  }

  #look(): void {
    const rows = this.#read()
    this.#counts = new Map(rows.map((one) => [backendKey(one.protocol, one.address, one.port), one.connections]))
    this.#at = this.#now()
  }
}
