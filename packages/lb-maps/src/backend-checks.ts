import type { DesiredProblems } from './desired-problems.ts'
import { AF_INET, type Family } from './layout.ts'
import type { ModeRules } from './modes.ts'
import type { Backend, Service } from './service.ts'

const list = 'backends'

/** Checks the backends of one service, one by one. */
export class BackendChecks {
  readonly #problems: DesiredProblems
  readonly #service: Service
  readonly #rules: ModeRules
  readonly #family: Family | undefined
  /** Does a frontend take any port, and do all? */
  readonly #anyPort: boolean
  readonly #onlyAnyPort: boolean

  /** `family`: of the frontends; `undefined` where they are wrong. */
  constructor(problems: DesiredProblems, service: Service, rules: ModeRules, family: Family | undefined) {
    this.#problems = problems
    this.#service = service
    this.#rules = rules
    this.#family = family
    this.#anyPort = service.frontends.some(({ port }) => port === 0)
    this.#onlyAnyPort = service.frontends.every(({ port }) => port === 0)
  }

  /** Whether all of it is right; `family`: of its address, if that is one. */
  fits(backend: Backend, index: number, family: Family | undefined): boolean {
    const portFits = this.#portFits(backend.port, index)
    const restFits = this.#problems.checkRest(backend, index)
    return this.#familyFits(backend, index, family) && family !== undefined && portFits && restFits
  }

  #familyFits({ address }: Backend, index: number, family: Family | undefined): boolean {
    if (family === undefined || family === this.#family || this.#family === undefined || this.#rules.mixesFamilies)
      return true
    const message =
      `is ${family === AF_INET ? 'IPv4' : 'IPv6'}, but the frontend ${this.#service.frontends[0]?.address} is not: ` +
      "both must be of one family, for only mode 'dsr-ipip' carries packets of one inside the other"
    this.#problems.wrongIn(list, index, 'address', address, message)
    return false
  }

  /** A frontend that takes any port leaves the packet's own to the backend, and so does what is not rewritten. */
  #portFits(port: number, index: number): boolean {
    if (this.#anyPort) return this.#anyPortFits(port, index)
    if (!this.#problems.checkPort(port, 1, list, index)) return false
    if (!this.#rules.keepsPort) return true
    const { frontends, mode } = this.#service
    const other = frontends.find((frontend) => frontend.port !== port)
    if (other === undefined) return true
    const message = `must be the frontend's, ${other.port}: mode '${mode}' hands packets over as they are`
    this.#problems.wrongIn(list, index, 'port', port, message)
    return false
  }

  #anyPortFits(port: number, index: number): boolean {
    if (port === 0 && this.#onlyAnyPort) return true
    const message = `must be 0, the port that the packet asks for: the frontend ${this.#service.frontends[0]?.address} takes any port`
    this.#problems.wrongIn(list, index, 'port', port, message)
    return false
  }
}
