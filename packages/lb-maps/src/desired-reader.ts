import { addressTrouble, compareWords, formatWords, parseWords } from './address.ts'
import { BackendTimes } from './backend-times.ts'
import { BackendChecks } from './backend-checks.ts'
import { DesiredProblems } from './desired-problems.ts'
import type { Problem } from './error.ts'
import { FrontendReader } from './frontend-reader.ts'
import type { HashKey } from './hash.ts'
import { addressKey, protocolOf, type ServiceKey } from './key.ts'
import { AF_INET, type Family, MEMBERS_PER_SERVICE } from './layout.ts'
import { endpointKey } from './match-members.ts'
import { type ModeRules, modes } from './modes.ts'
import { type Policy, policyOf } from './policy.ts'
import { RowHasher } from './row-hasher.ts'
import { RING_SLOTS_MAX, RING_SLOTS_MIN, ringSizeFor } from './ring-size.ts'
import { type Backend, type Desired, formatEndpoint, type Service } from './service.ts'
import { checkOptions, rulesOf } from './service-rules.ts'
import { SourceLookup } from './source-lookup.ts'
import type { BackendTable, Wanted, WantedTable } from './wanted.ts'

/** Of a service all of whose backends exist. */
const nobody = new Set<string | number>()

/** Reads plain services into columns, and notes everything that is wrong on the way. Made for one reading. */
export class DesiredReader {
  readonly #problems = new DesiredProblems()
  readonly #desired: Desired
  readonly #table: BackendTable
  readonly #services: Wanted[] = []
  readonly #withoutSource: Problem[] = []
  readonly #sources: SourceLookup
  readonly #hasher: RowHasher
  readonly #frontends: FrontendReader
  /** Addresses of the service that is being read, in its own order, and that order by address. */
  readonly #words: Uint32Array
  readonly #order: number[] = []
  readonly #families: Uint8Array
  readonly #now: number
  readonly #unit: number
  #row = 0
  #rules: ModeRules = modes.snat
  #gone = nobody

  constructor(desired: Desired, hashKey: HashKey, epochSeconds: number) {
    this.#now = epochSeconds
    this.#unit = desired.program?.recordUnitSeconds ?? 1
    this.#frontends = new FrontendReader(this.#problems, desired.program?.natPorts)
    const rows = desired.services.reduce((sum, service) => sum + service.backends.length, 0)
    const most = desired.services.reduce((max, service) => Math.max(max, service.backends.length), 0)
    this.#desired = desired
    this.#words = new Uint32Array(4 * most)
    this.#families = new Uint8Array(most)
    this.#table = {
      words: new Uint32Array(4 * rows),
      ports: new Uint16Array(rows),
      families: new Uint8Array(rows),
      weights: new Uint32Array(rows),
      failed: new Uint8Array(rows),
      times: new BackendTimes(),
      hashes: new Int32Array(2 * rows),
      sources: new Uint32Array(4 * rows),
    }
    this.#hasher = new RowHasher(this.#table, hashKey)
    this.#sources = new SourceLookup(desired.sources)
  }

  get problems(): Problem[] {
    return this.#problems.all
  }

  read(): WantedTable {
    this.#desired.services.forEach((service, i) => {
      this.#problems.service = i
      this.#readService(service)
    })
    this.#checkSources()
    const hostKeys = this.#readHostAddresses()
    return { ...this.#table, services: this.#services, hostKeys, withoutSource: this.#withoutSource }
  }

  #readService(service: Service): void {
    const { frontends, backends } = service
    checkOptions(service, this.#unit, (field, value, message) => this.#problems.wrong(field, value, message))
    this.#rules = rulesOf(service)
    this.#gone = nobody
    if (frontends.length === 0)
      this.#problems.wrong('frontends', [], 'is empty; a service needs an address to be reached at')
    const keys = frontends.map((frontend, i) => this.#frontends.read(frontend, i))
    const family = this.#commonFamily(service, keys)
    const start = this.#row
    if (backends.length <= MEMBERS_PER_SERVICE) this.#readBackends(service, family)
    else
      this.#problems.wrong(
        'backends',
        backends.length,
        `are more than the ${MEMBERS_PER_SERVICE} that a service can have`,
      )
    const count = this.#row - start
    const ringSize = this.#ringSize(service, start, count)
    let twin: Wanted | undefined
    for (const key of keys) if (key) twin = this.#addService(service, key, start, count, ringSize, twin)
  }

  /** `twin`: the one before, of another frontend of the same service. */
  #addService(
    service: Service,
    key: ServiceKey,
    start: number,
    count: number,
    ringSize: number,
    twin: Wanted | undefined,
  ): Wanted {
    const gone = this.#gone
    const protocol = protocolOf(key)
    const isAlike = twin !== undefined && twin.key.family === key.family && protocolOf(twin.key) === protocol
    const policy = isAlike ? twin.policy : policyOf(service, protocol, key.family, this.#unit)
    const digest = isAlike ? twin.digest : this.#digest(policy, gone, start, count, ringSize)
    const wanted = { key, start, count, ringSize, policy, gone, digest }
    this.#services.push(wanted)
    return wanted
  }

  #digest(
    { flags, recordIdle, abandonsFailed, limit, ranges }: Policy,
    gone: ReadonlySet<string | number>,
    start: number,
    count: number,
    ringSize: number,
  ): readonly [number, number] {
    const others = [ringSize, flags, recordIdle, Number(abandonsFailed), ...(ranges?.digest ?? [0, 0])]
    if (limit === 0n) others.push(0, 0)
    else others.push(Number(limit & 0xffffffffn), Number(limit >> 32n))
    for (const one of gone) for (const letter of String(one)) others.push(letter.charCodeAt(0))
    return this.#hasher.digest(start, count, others)
  }

  #commonFamily({ frontends }: Service, keys: readonly (ServiceKey | undefined)[]): Family | undefined {
    const first = keys.findIndex((key) => key !== undefined)
    const family = keys[first]?.family
    const other = keys.findIndex((key) => key !== undefined && key.family !== family)
    if (other < 0 || this.#rules.mixesFamilies) return family
    const message = `is of another family than ${frontends[first]?.address}; make two services, one for IPv4 and one for IPv6`
    this.#problems.wrongIn('frontends', other, 'address', frontends[other]?.address, message)
    return undefined
  }

  /** Reads a service's backends into its rows, in the order of their addresses and ports. */
  #readBackends(service: Service, family: Family | undefined): void {
    const { backends } = service
    const order = this.#order
    order.length = 0
    const checks = new BackendChecks(this.#problems, service, this.#rules, family)
    for (let i = 0; i < backends.length; i++) {
      const own = this.#problems.readAddress(backends[i]!.address, this.#words, 4 * i, 'backends', i)
      if (own !== undefined) this.#families[i] = own
      if (checks.fits(backends[i]!, i, own)) order.push(i)
    }
    if (family === undefined || order.length < backends.length) return
    this.#sort(backends)
    for (let at = 0; at < order.length; at++) {
      const index = order[at]!
      const twin = at > 0 && this.#compare(backends, order[at - 1]!, index) === 0 ? order[at - 1] : undefined
      if (twin !== undefined) this.#twins(backends[index]!, index, twin)
      else if (backends[index]!.state === 'gone') this.#addGone(backends[index]!, index)
      else this.#addRow(backends[index]!, index)
    }
  }

  #sort(backends: readonly Backend[]): void {
    const order = this.#order
    const compare = (a: number, b: number): number => this.#compare(backends, a, b)
    for (let at = 1; at < order.length; at++) {
      if (compare(order[at - 1]!, order[at]!) > 0) return void order.sort((a, b) => compare(a, b) || a - b)
    }
  }

  #compare(backends: readonly Backend[], a: number, b: number): number {
    const families = this.#families[a]! - this.#families[b]!
    return families || compareWords(this.#words, 4 * a, this.#words, 4 * b) || backends[a]!.port - backends[b]!.port
  }

  #twins({ address, port }: Backend, index: number, twin: number): void {
    const first = this.#problems.path('backends', Math.min(index, twin))
    const message = `${formatEndpoint(address, port)} is already ${first}; give it once, with a weight`
    this.#problems.note({ path: this.#problems.path('backends', Math.max(index, twin)), message })
  }

  #addGone({ port }: Backend, index: number): void {
    if (this.#gone === nobody) this.#gone = new Set()
    this.#gone.add(endpointKey(this.#words, 4 * index, port, this.#familyOf(index)))
  }

  #addRow(backend: Backend, index: number): void {
    const { address, port, state, weight = 1 } = backend
    const row = this.#row++
    const family = this.#familyOf(index)
    const { words, ports, families, weights, failed, times } = this.#table
    for (let i = 0; i < 4; i++) words[4 * row + i] = this.#words[4 * index + i]!
    ports[row] = port
    families[row] = family
    failed[row] = state === 'failed' ? 1 : 0
    this.#hasher.hash(row, family)
    const trouble = this.#findSource(address, family, row)
    const usable = trouble === undefined && state !== 'failed' ? weight : 0
    weights[row] = times.note(row, backend, usable, this.#now)
    if (trouble === undefined) return
    const message = `${address} takes no connections: ${trouble}`
    this.#withoutSource.push({ path: this.#problems.path('backends', index, 'address'), message })
  }

  #findSource(address: string, family: Family, row: number): string | undefined {
    const { source } = this.#rules
    if (source === 'never') return undefined
    const prefixes = this.#desired.program?.tunnelPrefixes
    if (source === 'unless-tunnel' && prefixes?.includes(family === AF_INET ? 4 : 6)) return undefined
    return this.#sources.find(address, family, this.#table.words, row, this.#table.sources)
  }

  #ringSize({ ringSize }: Service, start: number, count: number): number {
    if (ringSize === undefined) return ringSizeFor(count)
    const active = this.#table.weights.subarray(start, start + count).filter((weight) => weight > 0).length
    const fits = Number.isInteger(ringSize) && ringSize >= RING_SLOTS_MIN && ringSize <= RING_SLOTS_MAX
    if (!fits || (ringSize & (ringSize - 1)) !== 0) {
      this.#problems.wrong('ringSize', ringSize, `must be a power of two from ${RING_SLOTS_MIN} to ${RING_SLOTS_MAX}`)
    } else if (ringSize < active) {
      const message = `is less than a slot for each of ${active} backends; leave it out, or give about 100 a backend`
      this.#problems.wrong('ringSize', ringSize, message)
    }
    return ringSize
  }

  /** An own address must not be a service's at ports of replies: what comes there could be a reply or a request. */
  #checkSources(): void {
    for (const { backend, source, trouble } of this.#sources.all()) {
      const path = `sources[${JSON.stringify(backend)}]`
      const vip = this.#frontends.at(source)
      if (trouble !== undefined) this.#problems.note({ path, message: trouble })
      else if (vip !== undefined) {
        const message = `"${source}" is the address of ${vip}; packets to backends need an own address that is no service's`
        this.#problems.note({ path, message })
      }
    }
  }

  /** They are kept as own addresses are. */
  #readHostAddresses(): ServiceKey[] {
    return (this.#desired.hostAddresses ?? []).flatMap((text, i) => {
      const words = new Uint32Array(4)
      const family = parseWords(text, words, 0)
      const path = `hostAddresses[${i}]`
      const vip = family && this.#frontends.at(formatWords(words, 0, family))
      if (!family) this.#problems.note({ path, message: addressTrouble(text) })
      if (vip !== undefined) {
        const message = `"${text}" is the address of ${vip}; the host's can be a service's only at ports that no reply comes to`
        this.#problems.note({ path, message })
      }
      return family ? [addressKey(family, words)] : []
    })
  }

  #familyOf(index: number): Family {
    return this.#families[index] as Family
  }
}
