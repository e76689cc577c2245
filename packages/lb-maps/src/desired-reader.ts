import { addressTrouble, compareWords, formatWords, parseWords } from './address.ts'
import type { Problem } from './error.ts'
import type { HashKey } from './hash.ts'
import { formatKey, protocolNumbers, type ServiceKey, serviceKey } from './key.ts'
import { MEMBERS_PER_SERVICE, type Family } from './layout.ts'
import { RowHasher } from './row-hasher.ts'
import { RING_SLOTS_MAX, RING_SLOTS_MIN, ringSizeFor } from './ring-size.ts'
import { type Backend, type Desired, formatEndpoint, type Frontend, type Service } from './service.ts'
import { SourceLookup } from './source-lookup.ts'
import type { BackendTable, Wanted, WantedTable } from './wanted.ts'

/** Reads plain services into columns, and notes everything that is wrong on the way. Made for one reading. */
export class DesiredReader {
  readonly problems: Problem[] = []
  readonly #desired: Desired
  readonly #table: BackendTable
  readonly #services: Wanted[] = []
  readonly #withoutSource: Problem[] = []
  readonly #sources: SourceLookup
  readonly #hasher: RowHasher
  /** By family, address, port and protocol: where a frontend was given first. */
  readonly #frontends = new Map<string, string>()
  /** By address: a frontend that has it. */
  readonly #vips = new Map<string, string>()
  /** Addresses of the service that is being read, in its own order, and that order by address. */
  readonly #words: Uint32Array
  readonly #order: number[] = []
  #service = 0
  #row = 0

  constructor(desired: Desired, hashKey: HashKey) {
    const rows = desired.services.reduce((sum, service) => sum + service.backends.length, 0)
    const most = desired.services.reduce((max, service) => Math.max(max, service.backends.length), 0)
    this.#desired = desired
    this.#words = new Uint32Array(4 * most)
    this.#table = {
      words: new Uint32Array(4 * rows),
      ports: new Uint16Array(rows),
      weights: new Uint32Array(rows),
      hashes: new Int32Array(2 * rows),
      sources: new Uint32Array(4 * rows),
    }
    this.#hasher = new RowHasher(this.#table, hashKey)
    this.#sources = new SourceLookup(desired.sources)
  }

  read(): WantedTable {
    this.#desired.services.forEach((service, i) => {
      this.#service = i
      this.#readService(service)
    })
    this.#checkSources()
    return { ...this.#table, services: this.#services, withoutSource: this.#withoutSource }
  }

  #readService(service: Service): void {
    const { algorithm, frontends, backends } = service
    if (algorithm !== undefined && algorithm !== 'maglev')
      this.#wrong('algorithm', algorithm, "is not known; use 'maglev'")
    if (frontends.length === 0) this.#wrong('frontends', [], 'is empty; a service needs an address to be reached at')
    const keys = frontends.map((frontend, i) => this.#readFrontend(frontend, i))
    const family = this.#commonFamily(service, keys)
    const start = this.#row
    if (backends.length <= MEMBERS_PER_SERVICE) this.#readBackends(service, family)
    else this.#wrong('backends', backends.length, `are more than the ${MEMBERS_PER_SERVICE} that a service can have`)
    const count = this.#row - start
    const ringSize = this.#ringSize(service, start, count)
    const digest = this.#hasher.digest(start, count, ringSize)
    for (const key of keys) if (key) this.#services.push({ key, start, count, ringSize, digest })
  }

  #readFrontend({ address, port, protocol }: Frontend, index: number): ServiceKey | undefined {
    const list = 'frontends'
    const words = new Uint32Array(4)
    const family = this.#readAddress(address, words, 0, list, index)
    const portFits = this.#checkPort(port, list, index)
    const number = protocolNumbers[protocol]
    if (number === undefined) this.#wrongIn(list, index, 'protocol', protocol, "is not known; use 'TCP' or 'UDP'")
    if (!family || !portFits || number === undefined) return undefined
    const key = serviceKey(family, words, port, number)
    const text = formatKey(key)
    const before = this.#frontends.get(text)
    if (before !== undefined) {
      const message = `${text} is already ${before}; a frontend belongs to one service`
      this.problems.push({ path: this.#path(list, index), message })
      return undefined
    }
    this.#frontends.set(text, this.#path(list, index))
    this.#vips.set(formatWords(words, 0, family), text)
    return key
  }

  #commonFamily({ frontends }: Service, keys: readonly (ServiceKey | undefined)[]): Family | undefined {
    const first = keys.findIndex((key) => key !== undefined)
    const family = keys[first]?.family
    const other = keys.findIndex((key) => key !== undefined && key.family !== family)
    if (other < 0) return family
    const message = `is of another family than ${frontends[first]?.address}; make two services, one for IPv4 and one for IPv6`
    this.#wrongIn('frontends', other, 'address', frontends[other]?.address, message)
    return undefined
  }

  /** Reads a service's backends into its rows, in the order of their addresses and ports. */
  #readBackends(service: Service, family: Family | undefined): void {
    const { backends } = service
    const order = this.#order
    order.length = 0
    for (let i = 0; i < backends.length; i++) if (this.#checkBackend(service, i, family)) order.push(i)
    if (family === undefined || order.length < backends.length) return
    this.#sort(backends)
    for (let at = 0; at < order.length; at++) {
      const index = order[at]!
      const twin = at > 0 && this.#compare(backends, order[at - 1]!, index) === 0 ? order[at - 1] : undefined
      if (twin === undefined) this.#addRow(backends[index]!, index, family)
      else this.#twins(backends[index]!, index, twin)
    }
  }

  #checkBackend({ backends, frontends }: Service, index: number, family: Family | undefined): boolean {
    const { address, port, weight } = backends[index]!
    const own = this.#readAddress(address, this.#words, 4 * index, 'backends', index)
    const portFits = this.#checkPort(port, 'backends', index)
    const weightFits = this.#checkWeight(weight, index)
    if (own === undefined || own === family || family === undefined) return own !== undefined && portFits && weightFits
    const message =
      `is ${own === 2 ? 'IPv4' : 'IPv6'}, but the frontend ${frontends[0]?.address} is not: ` +
      'both must be of one family, because the source address is translated'
    this.#wrongIn('backends', index, 'address', address, message)
    return false
  }

  #sort(backends: readonly Backend[]): void {
    const order = this.#order
    const compare = (a: number, b: number): number => this.#compare(backends, a, b)
    for (let at = 1; at < order.length; at++) {
      if (compare(order[at - 1]!, order[at]!) > 0) return void order.sort((a, b) => compare(a, b) || a - b)
    }
  }

  #compare(backends: readonly Backend[], a: number, b: number): number {
    return compareWords(this.#words, 4 * a, this.#words, 4 * b) || backends[a]!.port - backends[b]!.port
  }

  #twins({ address, port }: Backend, index: number, twin: number): void {
    const first = this.#path('backends', Math.min(index, twin))
    const message = `${formatEndpoint(address, port)} is already ${first}; give it once, with a weight`
    this.problems.push({ path: this.#path('backends', Math.max(index, twin)), message })
  }

  #addRow({ address, port, weight }: Backend, index: number, family: Family): void {
    const row = this.#row++
    const { words, ports, weights, sources } = this.#table
    for (let i = 0; i < 4; i++) words[4 * row + i] = this.#words[4 * index + i]!
    ports[row] = port
    weights[row] = weight ?? 1
    this.#hasher.hash(row, family)
    const trouble = this.#sources.find(address, family, words, row, sources)
    if (trouble === undefined) return
    weights[row] = 0
    const message = `${address} takes no connections: ${trouble}`
    this.#withoutSource.push({ path: this.#path('backends', index, 'address'), message })
  }

  #ringSize({ ringSize }: Service, start: number, count: number): number {
    if (ringSize === undefined) return ringSizeFor(count)
    const active = this.#table.weights.subarray(start, start + count).filter((weight) => weight > 0).length
    const fits = Number.isInteger(ringSize) && ringSize >= RING_SLOTS_MIN && ringSize <= RING_SLOTS_MAX
    if (!fits || (ringSize & (ringSize - 1)) !== 0) {
      this.#wrong('ringSize', ringSize, `must be a power of two from ${RING_SLOTS_MIN} to ${RING_SLOTS_MAX}`)
    } else if (ringSize < active) {
      const message = `is less than a slot for each of ${active} backends; leave it out, or give about 100 a backend`
      this.#wrong('ringSize', ringSize, message)
    }
    return ringSize
  }

  /** An own address must not be a service's: what comes to it could be a reply or a request. */
  #checkSources(): void {
    for (const { backend, source, trouble } of this.#sources.all()) {
      const path = `sources[${JSON.stringify(backend)}]`
      const vip = this.#vips.get(source)
      if (trouble !== undefined) this.problems.push({ path, message: trouble })
      else if (vip !== undefined) {
        const message = `"${source}" is the address of ${vip}; packets to backends need an own address that is no service's`
        this.problems.push({ path, message })
      }
    }
  }

  #readAddress(text: string, out: Uint32Array, at: number, list: List, index: number): Family | undefined {
    const family = typeof text === 'string' ? parseWords(text, out, at) : undefined
    if (family === undefined) {
      this.problems.push({ path: this.#path(list, index, 'address'), message: addressTrouble(text) })
    }
    return family
  }

  #checkPort(port: number, list: List, index: number): boolean {
    const fits = Number.isInteger(port) && port >= 1 && port <= 0xffff
    if (!fits) this.#wrongIn(list, index, 'port', port, 'must be a whole number from 1 to 65535')
    return fits
  }

  #checkWeight(weight: number | undefined, index: number): boolean {
    const fits = weight === undefined || (Number.isInteger(weight) && weight >= 0 && weight <= 0xffff)
    const message = 'must be a whole number from 0 (no new connections) to 65535'
    if (!fits) this.#wrongIn('backends', index, 'weight', weight, message)
    return fits
  }

  #wrong(field: string, value: unknown, message: string): void {
    this.problems.push({ path: `services[${this.#service}].${field}`, message: `${JSON.stringify(value)} ${message}` })
  }

  #wrongIn(list: List, index: number, field: string, value: unknown, message: string): void {
    this.problems.push({ path: this.#path(list, index, field), message: `${JSON.stringify(value)} ${message}` })
  }

  #path(list: List, index: number, field?: string): string {
    return `services[${this.#service}].${list}[${index}]${field === undefined ? '' : `.${field}`}`
  }
}

type List = 'frontends' | 'backends'
