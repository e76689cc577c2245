import { type Netlink, NetlinkError, type Route, type Rule } from 'netlink-ts'
import { RouteCells } from './route-cells.ts'

/** The parts of the addresses by the routes that were read last. */
export class KnownCells {
  readonly #netlink: Pick<Netlink, 'rule'>
  #routes: readonly Route[] | undefined
  #cells: RouteCells | undefined

  constructor(netlink: Pick<Netlink, 'rule'>) {
    this.#netlink = netlink
  }

  /** `routes`: another list whenever they have been read again; left out, or where rules cannot be read: nothing is known. */
  of(routes: readonly Route[] | undefined): RouteCells | undefined {
    if (routes === this.#routes) return this.#cells
    this.#routes = routes
    const rules = routes && this.#rules()
    this.#cells = routes && rules ? RouteCells.of(routes, rules) : undefined
    return this.#cells
  }

  #rules(): readonly Rule[] | undefined {
    try {
      return [...this.#netlink.rule.list()]
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error
      return undefined
    }
  }
}
