import { IpProtocol } from '@skep/packet'
import type { MappedArray, Program } from 'libbpf-ts'
import { loadLbTc, type LbTcOptions } from '../src/lb-tc.ts'
import {
  type Counter,
  type LbXdp,
  type LbXdpConfig,
  type LbXdpOptions,
  loadLbXdp,
  MovePhase,
  type NatEntry,
  type RangeBound,
} from '../src/lb-xdp.ts'
import { readClock } from '../src/clock.ts'
import { countedVerdict, sum, type VerdictName } from './counted.ts'
import { actionAt, type Hook, runAt } from './hook.ts'
import { plainConfig } from './plain-config.ts'
import { eraseKeys, writeKey } from './service-table.ts'
import { familyOf, toWords } from './words.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface ServiceOptions extends Endpoint {
  readonly protocol?: 'tcp' | 'udp'
  readonly members: readonly Endpoint[]
  /** The load balancer's own address towards the members. */
  readonly source: string
  /** Of enum service_flag; source NAT unless it says otherwise. */
  readonly flags?: number
}

export interface BalancerOptions {
  /** `xdp` unless it says otherwise. */
  readonly hook?: Hook
  readonly config?: Partial<LbXdpConfig>
  /** A test object in place of lb_xdp, with the same maps and program. */
  readonly object?: string
  /** Lines of the NAT tables: a power of two. */
  readonly natLines?: number
  readonly serviceLines?: number
  /** Lines of each service's records: a power of two. */
  readonly recordLines?: number
  /** Slots of each service's ring, as a power of two; at least 7. */
  readonly ringLog2?: number
  /** Lines of the table that counts what clients open: a power of two. */
  readonly rateLines?: number
}

export interface Limit {
  readonly perSecond: number
  readonly burst: number
  /** In bits. */
  readonly prefix: number
}

export interface Outcome {
  readonly action: string
  readonly verdict: VerdictName
  readonly packet: Uint8Array
}

const SERVICES = 16
const MEMBERS = 1024
const HOPS = 64
const FRAGMENTS = 64
const RECORD_IDLE = 3600
const PHASE_SHIFT = 14
const RANGE_LINES = 8
const LINE_BOUNDS = 4
const LINE_SLOTS = 32
const LINE_IDS = 16
const LINE_BYTES = 64
const OWN_SOURCE = 0xfffffffe
const ADDRESS_ONLY = 0xffffffff

/** lb_xdp or lb_tc with its tables filled by hand: what lb-maps does, in the fewest words, for tests and benchmarks. */
export class Balancer implements Disposable {
  readonly lb: Pick<LbXdp, 'maps'> & Disposable
  readonly program: Program
  readonly hook: Hook
  readonly config: LbXdpConfig
  #sources: string[] = []
  readonly #ringLog2: number
  readonly #recordLines: number
  #services = 0
  #members = 0
  #memberLines = 0

  constructor(options: BalancerOptions = {}) {
    const { natLines = 64, serviceLines = 16, ringLog2 = 7, recordLines = 64, rateLines = 64 } = options
    this.#recordLines = recordLines
    this.#ringLog2 = ringLog2
    this.config = {
      ...plainConfig({ serviceLines, natLines, hops: HOPS, rateLines, fragments: FRAGMENTS }),
      ...options.config,
    }
    const size = (maxEntries: number): { maxEntries: number } => ({ maxEntries })
    const load = {
      ...(options.object === undefined ? {} : { source: options.object }),
      config: this.config,
      maps: {
        services4: size(serviceLines),
        services6: size(serviceLines),
        services: size(SERVICES),
        rings: size(SERVICES * this.#ringLines),
        memberIds: size(MEMBERS / LINE_IDS + SERVICES),
        members: size(MEMBERS),
        memberCounters: size(MEMBERS),
        sources: size(8),
        natFlows: size(natLines),
        natReplies: size(natLines),
        natEntries: size(natLines * 8),
        hops: size(HOPS),
        fragments: size(FRAGMENTS),
        moves: size(SERVICES * this.#ringLines),
        records: size(SERVICES * recordLines),
        ranges: size(SERVICES * RANGE_LINES),
        rates: size(rateLines),
      },
    }
    this.hook = options.hook ?? 'xdp'
    if (this.hook === 'xdp') ({ lb: this.lb, program: this.program } = atXdp(load))
    else ({ lb: this.lb, program: this.program } = atTc(load))
  }

  /** Back to no services, no sources and no connections; counters stay. */
  clear(): void {
    const { services4, services6 } = this.lb.maps
    for (const map of [services4, services6]) zero(map)
    this.forgetConnections()
    this.#sources = []
    this.#services = 0
    this.#members = 0
    this.#memberLines = 0
  }

  forgetConnections(): void {
    const { natFlows, natReplies, natEntries } = this.lb.maps
    for (const map of [natFlows, natReplies, natEntries]) zero(map)
  }

  /** Adds a service and its members; gives its id. Slot i belongs to member i mod n. */
  addService(options: ServiceOptions): number {
    const id = this.#services++
    const { address, port } = options
    const protocol = IpProtocol[options.protocol ?? 'tcp']
    const first = this.#members
    this.#members += options.members.length
    const source = this.source(options.source)
    options.members.forEach((member, i) => this.setMember(first + i, member, id, source))
    const line = this.#memberLines
    this.#memberLines += Math.ceil(Math.max(options.members.length, 1) / LINE_IDS)
    for (let i = line; i < this.#memberLines; i++) {
      const ids = Array.from({ length: LINE_IDS }, (_, j) => first + (i - line) * LINE_IDS + j)
      this.lb.maps.memberIds.set(i, { ids })
    }
    this.writeRing(id, options.members.length)
    this.lb.maps.services.set(id, {
      ring: ((id * this.#ringLines) << 5) | (options.members.length > 0 ? this.#ringLog2 : 0),
      members: line,
      address: toWords(address),
      port,
      protocol,
      family: familyOf(address),
      flags: options.flags ?? 0,
      generation: 0,
      records: 0,
      recordIdle: RECORD_IDLE,
      limit: 0n,
      ranges: 0,
    })
    this.writeKey({ address, port, protocol }, id)
    this.writeKey({ address, port: 0, protocol: 0 }, ADDRESS_ONLY)
    return id
  }

  setMember(id: number, { address, port }: Endpoint, service: number, source: number, used = 1): void {
    this.lb.maps.members.set(id, {
      address: toWords(address),
      port,
      family: familyOf(address),
      used,
      source,
      service,
      hop: 0,
    })
  }

  /** Slots of a service's ring: i mod n, or one member number for all. */
  writeRing(service: number, members: number, only?: number): void {
    for (let line = 0; line < this.#ringLines; line++) {
      const slots = Array.from({ length: LINE_SLOTS }, (_, i) => only ?? (line * LINE_SLOTS + i) % Math.max(members, 1))
      this.lb.maps.rings.set(service * this.#ringLines + line, { slots })
    }
  }

  /** Every slot of a service begins to change hands: in this phase, from the next member's number. */
  moveAll(service: number, phase: number = MovePhase.PHASE_MOVE): void {
    const { services, rings, moves } = this.lb.maps
    services.set(service, { ...services.get(service)!, records: this.#recordsWord(service) })
    for (let line = service * this.#ringLines; line < (service + 1) * this.#ringLines; line++) {
      const { slots } = rings.get(line)!
      moves.set(line, { previous: [...slots.slice(1), slots[0]!], since: slots.map(() => 0) })
      rings.set(line, { slots: slots.map((number) => number | (phase << PHASE_SHIFT)) })
    }
  }

  /** Of every slot of a service that moves. */
  setPhase(service: number, phase: number): void {
    const { rings } = this.lb.maps
    for (let line = service * this.#ringLines; line < (service + 1) * this.#ringLines; line++) {
      const { slots } = rings.get(line)!
      rings.set(line, { slots: slots.map((slot) => (slot & ((1 << PHASE_SHIFT) - 1)) | (phase << PHASE_SHIFT)) })
    }
  }

  /** Who may reach a service: from the first address on, up to before the second, and so on. */
  setRanges(service: number, addresses: readonly string[]): void {
    const { services, ranges } = this.lb.maps
    const lines = 2 ** Math.ceil(Math.log2(Math.max(1, addresses.length / LINE_BOUNDS)))
    const bounds = Array.from({ length: lines * LINE_BOUNDS }, (_, i) => boundAt(addresses[i]))
    for (let line = 0; line < lines; line++)
      ranges.set(service * RANGE_LINES + line, { bounds: bounds.slice(line * LINE_BOUNDS, (line + 1) * LINE_BOUNDS) })
    const word = ((service * RANGE_LINES) << 5) | (Math.log2(lines) + 1)
    services.set(service, { ...services.get(service)!, ranges: word })
  }

  /** How often the clients of one prefix, of so many bits, may open connections to a service. */
  setLimit(service: number, { perSecond, burst, prefix }: Limit): void {
    const { services } = this.lb.maps
    const interval = BigInt(Math.round(1e9 / 256 / perSecond))
    const limit = interval | (BigInt(burst) << 32n) | (BigInt(prefix) << 48n)
    services.set(service, { ...services.get(service)!, limit })
  }

  #recordsWord(service: number): number {
    return ((service * this.#recordLines) << 5) | (Math.log2(this.#recordLines) + 1)
  }

  /** What clients have opened so far is forgotten. */
  forgetRates(): void {
    zero(this.lb.maps.rates)
  }

  /** As if so much time had gone by that everybody has paid: a word's time becomes that of an hour ago. */
  payRates(): void {
    const ago = process.hrtime.bigint() / 256n - 10n ** 9n
    for (const [line, { words }] of this.lb.maps.rates) {
      const paid = words.map((word) => word && BigInt.asUintN(32, word) | (BigInt.asUintN(32, ago) << 32n))
      this.lb.maps.rates.set(line, { words: paid })
    }
  }

  forgetRecords(): void {
    using mapped = this.lb.maps.records.mmap()
    new Uint8Array(mapped.buffer).fill(0, 0, this.#services * this.#recordLines * LINE_BYTES)
  }

  get #ringLines(): number {
    return 2 ** this.#ringLog2 / LINE_SLOTS
  }

  writeKey(key: { address: string; port: number; protocol: number }, service: number): void {
    writeKey(this.lb, this.config.hashKey0, this.config.services4Mask, key, service)
  }

  removeService(id: number): void {
    eraseKeys(this.lb, id)
  }

  /** The index of an own address, added when it is new. */
  source(address: string): number {
    const known = this.#sources.indexOf(address)
    if (known >= 0) return known
    this.lb.maps.sources.set(this.#sources.length, { address: toWords(address) })
    this.writeKey({ address, port: 0, protocol: 0 }, OWN_SOURCE)
    return this.#sources.push(address) - 1
  }

  /** XDP may redirect to this device of the calling thread's network namespace. */
  sendBy(ifindex: number): void {
    this.lb.maps.devices.set(ifindex, { ifindex })
  }

  /** As the control plane does while it lives: notes about next hops of this generation may be used from now on. */
  beat(generation: number): void {
    this.lb.maps.pulse.set(0, { heartbeat: readClock().jiffies, generation, switches: 0 })
  }

  /** Runs one packet. Throws unless it was counted once, with its bytes. */
  run(packet: Uint8Array, ingressIfindex?: number): Outcome {
    const before = this.counters()
    const { returnValue, data } = runAt(this.hook, this.program, packet, ingressIfindex)
    const verdict = countedVerdict(before, this.counters(), packet.length)
    return { action: actionAt(this.hook, returnValue, verdict), verdict, packet: data }
  }

  /** Sums over all CPUs, by number of verdict. */
  counters(): Counter[] {
    return [...this.lb.maps.verdictCounters.entries()].map(([, cpus]) => sum(cpus))
  }

  memberCounter(id: number): Counter {
    return sum(this.lb.maps.memberCounters.get(id)!)
  }

  /** The connections that have a word in the table, by index. */
  connections(): Map<number, NatEntry> {
    const words = [...this.lb.maps.natFlows].flatMap(([, { words }]) => words).filter((word) => word !== 0n)
    const indexes = words.map((word) => Number(word >> 32n))
    return new Map(indexes.map((index) => [index, this.lb.maps.natEntries.get(index)!]))
  }

  /** The only connection there is. */
  connection(): { index: number; entry: NatEntry } {
    const all = [...this.connections()]
    if (all.length !== 1) throw new Error(`there are ${all.length} connections, not 1`)
    return { index: all[0]![0], entry: all[0]![1] }
  }

  /** Makes a connection that much older. */
  age(index: number, jiffies: number): void {
    const entry = this.lb.maps.natEntries.get(index)!
    const seen = BigInt.asUintN(
      39,
      ((BigInt(entry.era) << 31n) | BigInt.asUintN(31, BigInt(entry.lastSeen))) - BigInt(jiffies),
    )
    const lastSeen = Number(BigInt.asUintN(32, seen))
    this.lb.maps.natEntries.set(index, { ...entry, lastSeen, era: Number(seen >> 31n) })
  }

  /** Words in the replies' table. */
  replyWords(): bigint[] {
    return [...this.lb.maps.natReplies].flatMap(([, { words }]) => words).filter((word) => word !== 0n)
  }

  [Symbol.dispose](): void {
    this.lb[Symbol.dispose]()
  }
}

interface Loaded {
  readonly lb: Pick<LbXdp, 'maps'> & Disposable
  readonly program: Program
}

function atXdp(options: LbXdpOptions): Loaded {
  const lb = loadLbXdp(options)
  return { lb, program: lb.programs.lbXdp }
}

function atTc(options: LbTcOptions): Loaded {
  const lb = loadLbTc(options)
  return { lb, program: lb.programs.lbTc }
}

/** As struct range_bound has an address; without one, the last of all. */
function boundAt(address?: string): RangeBound {
  if (address === undefined) return { high: 2n ** 64n - 1n, low: 2n ** 64n - 1n }
  const [a, b, c, d] = toWords(address).map(BigInt) as [bigint, bigint, bigint, bigint]
  return { high: (a << 32n) | b, low: (c << 32n) | d }
}

function zero(map: { mmap(): MappedArray }): void {
  using mapped = map.mmap()
  new Uint8Array(mapped.buffer).fill(0)
}
