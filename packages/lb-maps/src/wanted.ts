import { addressTrouble, compareWords, formatWords, parseWords } from './address.ts'
import type { Problem } from './error.ts'
import { halves, type HashKey, Mixer } from './hash.ts'
import { protocolNumbers, type ServiceKey, serviceKey } from './key.ts'
import { AF_INET, MEMBERS_PER_SERVICE, type Family } from './layout.ts'
import type { Columns } from './maglev.ts'
import { RING_SLOTS_MAX, RING_SLOTS_MIN, ringSizeFor } from './ring-size.ts'
import { type Backend, type Desired, formatEndpoint, formatFrontend, type Frontend, type Service } from './service.ts'

/** All backends of all services in columns: 100,000 objects less. A service owns rows `start` to `start + count`, by address. */
export interface BackendTable {
  /** Four words a row, in map order. */
  readonly words: Uint32Array
  readonly ports: Uint16Array
  readonly weights: Uint32Array
  /** Two halves a row; Maglev's walk. */
  readonly hashes: Int32Array
  /** Four words a row: the own address towards the backend; all zero when none was given. */
  readonly sources: Uint32Array
}

/** One service of the datapath: a frontend with the backends of its service. */
export interface Wanted {
  readonly key: ServiceKey
  readonly name: string
  readonly start: number
  readonly count: number
  readonly ringSize: number
  /** Two halves: equal digests, equal backends, weights, sources and ring size. */
  readonly digest: readonly [number, number]
}

export interface WantedTable extends BackendTable {
  readonly services: readonly Wanted[]
  /** Backends that stay out of the ring, and why. */
  readonly withoutSource: readonly Problem[]
}

/** Everything that is wrong with the input, in its order; empty when there is nothing. */
export function checkDesired(desired: Desired): Problem[] {
  const reader = new Reader(desired, { key0: 0n, key1: 0n })
  reader.read()
  return reader.problems
}

/** The input in columns, or everything that is wrong with it. */
export function readDesired(desired: Desired, hashKey: HashKey): WantedTable | readonly Problem[] {
  const reader = new Reader(desired, hashKey)
  const table = reader.read()
  return reader.problems.length > 0 ? reader.problems : table
}

class Reader {
  readonly problems: Problem[] = []
  readonly #desired: Desired
  readonly #table: BackendTable
  readonly #services: Wanted[] = []
  readonly #withoutSource: Problem[] = []
  readonly #frontends = new Map<string, string>()
  readonly #vips = new Map<string, string>()
  readonly #mixer = new Mixer()
  readonly #seed: { lo: number; hi: number }
  readonly #scratch: Scratch
  #row = 0

  constructor(desired: Desired, hashKey: HashKey) {
    const rows = desired.services.reduce((sum, service) => sum + service.backends.length, 0)
    const most = desired.services.reduce((max, service) => Math.max(max, service.backends.length), 0)
    this.#desired = desired
    this.#seed = halves(hashKey.key1)
    this.#scratch = { words: new Uint32Array(4 * most), order: [] }
    this.#table = {
      words: new Uint32Array(4 * rows),
      ports: new Uint16Array(rows),
      weights: new Uint32Array(rows),
      hashes: new Int32Array(2 * rows),
      sources: new Uint32Array(4 * rows),
    }
  }

  read(): WantedTable {
    this.#desired.services.forEach((service, i) => this.#service(service, `services[${i}]`))
    this.#checkSources()
    return { ...this.#table, services: this.#services, withoutSource: this.#withoutSource }
  }

  #service(service: Service, path: string): void {
    const start = this.#row
    if (service.algorithm !== undefined && service.algorithm !== 'maglev') {
      this.#problem(`${path}.algorithm`, service.algorithm, "is not known; use 'maglev'")
    }
    if (service.frontends.length === 0) {
      this.#problem(`${path}.frontends`, [], 'is empty; a service needs an address to be reached at')
    }
    const frontends = service.frontends.map((frontend, i) => this.#frontend(frontend, `${path}.frontends[${i}]`))
    const family = frontends.find((key) => key)?.family
    const other = frontends.findIndex((key) => key && key.family !== family)
    if (other >= 0) this.#mixedFrontends(service, path, other)
    this.#backends(service, path, other >= 0 ? undefined : family)
    const count = this.#row - start
    const ringSize = this.#ringSize(service, path, start, count)
    const digest = this.#digest(start, count, ringSize)
    for (const key of frontends) {
      if (key) this.#services.push({ key, name: service.name, start, count, ringSize, digest })
    }
  }

  #mixedFrontends(service: Service, path: string, other: number): void {
    const [first] = service.frontends
    this.#problem(
      `${path}.frontends[${other}].address`,
      service.frontends[other]?.address,
      `is of another family than ${first?.address}; make two services, one for IPv4 and one for IPv6`,
    )
  }

  #frontend({ address, port, protocol }: Frontend, path: string): ServiceKey | undefined {
    const words = new Uint32Array(4)
    const family = this.#address(address, `${path}.address`, words, 0)
    const portFits = this.#port(port, `${path}.port`)
    const number = protocolNumbers[protocol]
    if (number === undefined) this.#problem(`${path}.protocol`, protocol, "is not known; use 'TCP' or 'UDP'")
    if (!family || !portFits || number === undefined) return undefined
    const text = formatFrontend({ address: formatWords(words, 0, family), port, protocol })
    const before = this.#frontends.get(text)
    if (before) {
      this.problems.push({ path, message: `${text} is already ${before}; a frontend belongs to one service` })
      return undefined
    }
    this.#frontends.set(text, path)
    this.#vips.set(formatWords(words, 0, family), path)
    return serviceKey(family, words, port, number)
  }

  /** Reads a service's backends into its rows, in the order of their addresses and ports. */
  #backends({ backends, frontends }: Service, path: string, family: Family | undefined): void {
    const { words, order } = this.#scratch
    order.length = 0
    if (backends.length > MEMBERS_PER_SERVICE) {
      this.#problem(
        `${path}.backends`,
        backends.length,
        `backends are more than the ${MEMBERS_PER_SERVICE} of a service`,
      )
      return
    }
    backends.forEach((backend, i) => {
      const at = `${path}.backends[${i}]`
      const own = this.#address(backend.address, `${at}.address`, words, 4 * i)
      if (own && family && own !== family) this.#mixedBackend(backend, `${at}.address`, frontends)
      const portFits = this.#port(backend.port, `${at}.port`)
      const weightFits = this.#weight(backend.weight, `${at}.weight`)
      if (own && own === family && portFits && weightFits) order.push(i)
    })
    if (family === undefined || order.length < backends.length) return
    const compare = (a: number, b: number): number =>
      compareWords(words, 4 * a, words, 4 * b) || backends[a]!.port - backends[b]!.port
    if (order.some((i, at) => at > 0 && compare(order[at - 1]!, i) > 0)) order.sort((a, b) => compare(a, b) || a - b)
    order.forEach((i, at) => {
      const twin = at > 0 && compare(order[at - 1]!, i) === 0 ? order[at - 1] : undefined
      if (twin === undefined) return this.#addRow(backends[i]!, family, `${path}.backends[${i}]`, 4 * i)
      const text = formatEndpoint(backends[i]!.address, backends[i]!.port)
      this.problems.push({
        path: `${path}.backends[${i}]`,
        message: `${text} is already ${path}.backends[${twin}]; give it once, with a greater weight if it shall take more`,
      })
    })
  }

  #mixedBackend({ address }: Backend, path: string, frontends: readonly Frontend[]): void {
    const version = address.includes(':') ? 'IPv6' : 'IPv4'
    this.#problem(
      path,
      address,
      `is ${version}, but the frontend ${frontends[0]?.address} is not: both must be of one family, because the source address is translated`,
    )
  }

  #addRow(backend: Backend, family: Family, path: string, from: number): void {
    const row = this.#row++
    const { words, ports, weights, hashes } = this.#table
    for (let i = 0; i < 4; i++) words[4 * row + i] = this.#scratch.words[from + i]!
    ports[row] = backend.port
    weights[row] = backend.weight ?? 1
    const mixer = this.#mixer.start(this.#seed.lo, this.#seed.hi)
    mixer.word(words[4 * row]!, words[4 * row + 1]!)
    if (family !== AF_INET) mixer.word(words[4 * row + 2]!, words[4 * row + 3]!)
    mixer.word(backend.port, family)
    hashes[2 * row] = mixer.lo
    hashes[2 * row + 1] = mixer.hi
    this.#source(backend, family, path, row)
  }

  /** Without an own address towards it a backend cannot answer: it stays out of the ring. */
  #source({ address }: Backend, family: Family, path: string, row: number): void {
    const { words, weights, sources } = this.#table
    const given = this.#desired.sources
    const text = given.get(address) ?? given.get(formatWords(words, 4 * row, family))
    if (text !== undefined && parseWords(text, sources, 4 * row) === family) return
    sources.fill(0, 4 * row, 4 * row + 4)
    weights[row] = 0
    const reason = text === undefined ? 'there is no own address towards it' : `its source ${text} is of another family`
    this.#withoutSource.push({ path: `${path}.address`, message: `${address} takes no connections: ${reason}` })
  }

  #checkSources(): void {
    const words = new Uint32Array(4)
    const seen = new Set<string>()
    for (const [backend, source] of this.#desired.sources) {
      if (seen.has(source)) continue
      seen.add(source)
      const path = `sources[${JSON.stringify(backend)}]`
      const family = this.#address(source, path, words, 0)
      const vip = family && this.#vips.get(formatWords(words, 0, family))
      if (vip) {
        this.#problem(
          path,
          source,
          `is the address of ${vip}; packets to backends need an own address that is no service's`,
        )
      }
    }
  }

  #ringSize({ ringSize }: Service, path: string, start: number, count: number): number {
    const active = this.#table.weights
      .subarray(start, start + count)
      .reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0)
    if (ringSize === undefined) return ringSizeFor(count)
    const fits = Number.isInteger(ringSize) && ringSize >= RING_SLOTS_MIN && ringSize <= RING_SLOTS_MAX
    if (!fits || (ringSize & (ringSize - 1)) !== 0) {
      this.#problem(`${path}.ringSize`, ringSize, `must be a power of two from ${RING_SLOTS_MIN} to ${RING_SLOTS_MAX}`)
    } else if (ringSize < active) {
      this.#problem(
        `${path}.ringSize`,
        ringSize,
        `has not a slot for each of ${active} backends; leave it out, or about 100 a backend`,
      )
    }
    return ringSize
  }

  #digest(start: number, count: number, ringSize: number): readonly [number, number] {
    const { words, ports, weights, sources } = this.#table
    const mixer = this.#mixer.start(ringSize, count)
    for (let row = start; row < start + count; row++) {
      const at = 4 * row
      mixer.word(words[at]!, ports[row]!).word(weights[row]!, sources[at]!)
      if (words[at + 1] || words[at + 2] || words[at + 3]) {
        mixer.word(words[at + 1]!, words[at + 2]!).word(words[at + 3]!, sources[at + 1]!)
        mixer.word(sources[at + 2]!, sources[at + 3]!)
      }
    }
    return [mixer.lo, mixer.hi | 1]
  }

  #address(text: string, path: string, out: Uint32Array, at: number): Family | undefined {
    const family = typeof text === 'string' ? parseWords(text, out, at) : undefined
    if (family === undefined) this.problems.push({ path, message: addressTrouble(text) ?? 'is not an address' })
    return family
  }

  #port(port: number, path: string): boolean {
    const fits = Number.isInteger(port) && port >= 1 && port <= 0xffff
    if (!fits) this.#problem(path, port, 'must be a whole number from 1 to 65535')
    return fits
  }

  #weight(weight: number | undefined, path: string): boolean {
    const fits = weight === undefined || (Number.isInteger(weight) && weight >= 0 && weight <= 0xffff)
    if (!fits) this.#problem(path, weight, 'must be a whole number from 0 (no new connections) to 65535')
    return fits
  }

  #problem(path: string, value: unknown, message: string): void {
    this.problems.push({ path, message: `${JSON.stringify(value)} ${message}` })
  }
}

/** One service's backends while they are read: reused from service to service. */
interface Scratch {
  readonly words: Uint32Array
  readonly order: number[]
}

/** The rows of one service, as Maglev takes them. */
export function columnsOf(table: BackendTable, { start, count }: Wanted): Columns {
  return { start, count, hashes: table.hashes, weights: table.weights }
}
