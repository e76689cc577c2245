import { formatWords } from './address.ts'
import type { DesiredProblems } from './desired-problems.ts'
import { protocolNumbers, type ServiceKey, serviceKey } from './key.ts'
import { formatFrontend, type Frontend } from './service.ts'

const list = 'frontends'

/** Reads the frontends of all services, each of which belongs to one. */
export class FrontendReader {
  readonly #problems: DesiredProblems
  /** By family, address, port and protocol: where a frontend was given first, service and index. */
  readonly #places = new Map<string, readonly [service: number, index: number]>()
  /** By address: a frontend that has it. */
  readonly #byAddress = new Map<string, string>()

  constructor(problems: DesiredProblems) {
    this.#problems = problems
  }

  /** The frontend's key; `undefined`, and a note why, where there can be none. */
  read({ address, port, protocol }: Frontend, index: number): ServiceKey | undefined {
    const problems = this.#problems
    const words = new Uint32Array(4)
    const family = problems.readAddress(address, words, 0, list, index)
    const portFits = problems.checkPort(port, 0, list, index)
    const number = protocolNumbers[protocol]
    if (number === undefined) problems.wrongIn(list, index, 'protocol', protocol, "is not known; use 'TCP' or 'UDP'")
    if (!family || !portFits || number === undefined) return undefined
    const canonical = formatWords(words, 0, family)
    const isNew = this.#note(canonical, formatFrontend({ address: canonical, port, protocol }), index)
    return isNew ? serviceKey(family, words, port, number) : undefined
  }

  /** A frontend that has an address. */
  at(address: string): string | undefined {
    return this.#byAddress.get(address)
  }

  #note(address: string, text: string, index: number): boolean {
    const { service } = this.#problems
    const before = this.#places.get(text)
    if (before !== undefined) {
      const first = this.#problems.pathIn(before[0], list, before[1])
      const message = `${text} is already ${first}; a frontend belongs to one service`
      this.#problems.note({ path: this.#problems.path(list, index), message })
      return false
    }
    this.#places.set(text, [service, index])
    this.#byAddress.set(address, text)
    return true
  }
}
