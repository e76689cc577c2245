import { formatWords } from './address.ts'
import type { DesiredProblems } from './desired-problems.ts'
import { protocolNumbers, type ServiceKey, serviceKey } from './key.ts'
import { formatFrontend, type Frontend, type ProgramFacts } from './service.ts'

const list = 'frontends'

/** Reads the frontends of all services, each of which belongs to one. */
export class FrontendReader {
  readonly #problems: DesiredProblems
  /** By family, address, port and protocol: where a frontend was given first, service and index. */
  readonly #places = new Map<string, readonly [service: number, index: number]>()
  readonly #natPorts: ProgramFacts['natPorts']
  /** By address: a frontend at a port that a reply could come to. */
  readonly #byAddress = new Map<string, string>()

  constructor(problems: DesiredProblems, natPorts: ProgramFacts['natPorts']) {
    this.#problems = problems
    this.#natPorts = natPorts
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
    const text = formatFrontend({ address: canonical, port, protocol })
    const isNew = this.#note(text, index)
    if (isNew && this.#mayMeetReplies(port)) this.#byAddress.set(canonical, text)
    return isNew ? serviceKey(family, words, port, number) : undefined
  }

  /** A frontend that has an address, and could be taken for where replies come to. */
  at(address: string): string | undefined {
    return this.#byAddress.get(address)
  }

  #mayMeetReplies(port: number): boolean {
    const { min = 0, max = 65_535 } = this.#natPorts ?? {}
    return port === 0 || (port >= min && port <= max)
  }

  #note(text: string, index: number): boolean {
    const { service } = this.#problems
    const before = this.#places.get(text)
    if (before !== undefined) {
      const first = this.#problems.pathIn(before[0], list, before[1])
      const message = `${text} is already ${first}; a frontend belongs to one service`
      this.#problems.note({ path: this.#problems.path(list, index), message })
      return false
    }
    this.#places.set(text, [service, index])
    return true
  }
}
