import { type Counter, memberCodec, serviceCodec, sourceCodec } from '@skep/datapath/lb-xdp'
import { formatEndpoint } from '@skep/lb-maps'
import { mapTable } from './mapped.ts'
import type { MemberStatus, ServiceStatus } from './status.ts'
import type { Tables } from './tables.ts'
import { formatWords, sourceFamily } from './words.ts'

const RING_LINE_SLOTS = 32
const MEMBER_LINE_IDS = 16
const MEMBER_BLOCK_END = 0xffffffff
const RING_LOG2_BITS = 5
const RING_LOG2_MIN = 7
const protocols: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' }

/** The services in the tables, by id, with all their members. */
export function readServices(tables: Tables, names: ReadonlyMap<string, string>): ServiceStatus[] {
  using reader = new ServiceReader(tables)
  return reader.read(names)
}

/** The own addresses towards backends. */
export function readSources(tables: Tables): string[] {
  using sources = mapTable(tables.sources, sourceCodec)
  const all = Array.from({ length: sources.entries }, (_, index) => sources.read(index).address)
  return all.filter((words) => words.some((word) => word !== 0)).map((words) => formatWords(words, sourceFamily(words)))
}

/** The sum over all CPUs. */
export function total(counters: readonly Counter[] | undefined): { packets: number; bytes: number } {
  const sum = (key: keyof Counter) => Number((counters ?? []).reduce((all, counter) => all + counter[key], 0n))
  return { packets: sum('packets'), bytes: sum('bytes') }
}

class ServiceReader implements Disposable {
  readonly #stack = new DisposableStack()
  readonly #tables: Tables
  readonly #services
  readonly #members
  readonly #sources
  readonly #ids: Uint32Array
  readonly #rings: ArrayBuffer

  constructor(tables: Tables) {
    this.#tables = tables
    this.#services = this.#stack.use(mapTable(tables.services, serviceCodec))
    this.#members = this.#stack.use(mapTable(tables.members, memberCodec))
    this.#sources = this.#stack.use(mapTable(tables.sources, sourceCodec))
    this.#ids = new Uint32Array(this.#stack.use(tables.memberIds.mmap()).buffer)
    this.#rings = this.#stack.use(tables.rings.mmap()).buffer
  }

  read(names: ReadonlyMap<string, string>): ServiceStatus[] {
    const found: ServiceStatus[] = []
    for (let id = 1; id < this.#services.entries; id++) {
      const service = this.#services.read(id)
      if (service.family === 0) continue
      const address = formatWords(service.address, service.family)
      const frontend = `${formatEndpoint(address, service.port)}/${protocols[service.protocol] ?? service.protocol}`
      const ring = this.#ring(service.ring)
      const members = this.#membersOf(id, service.members, ring)
      const name = names.get(frontend)
      const named = name === undefined ? { id } : { id, name }
      found.push({ ...named, frontend, slots: ring.length, ...sum(members), members })
    }
    return found
  }

  #ring(word: number): Uint16Array {
    const log2 = word & ((1 << RING_LOG2_BITS) - 1)
    if (log2 < RING_LOG2_MIN) return new Uint16Array()
    const start = (word >>> RING_LOG2_BITS) * RING_LINE_SLOTS
    return new Uint16Array(this.#rings, start * 2, 1 << log2)
  }

  /** A service without backends has no lines; else they end with MEMBER_BLOCK_END. */
  #membersOf(service: number, line: number, ring: Uint16Array): MemberStatus[] {
    const slots = Map.groupBy(ring, (number) => number)
    const members: MemberStatus[] = []
    for (let number = 0; ; number++) {
      const id = this.#ids[line * MEMBER_LINE_IDS + number] ?? MEMBER_BLOCK_END
      if (id === MEMBER_BLOCK_END) return members
      const member = id < this.#members.entries ? this.#members.read(id) : undefined
      if (member?.used !== 1 || member.service !== service) continue
      const own = slots.get(number)?.length ?? 0
      members.push({
        id,
        backend: formatEndpoint(formatWords(member.address, member.family), member.port),
        source: this.#source(member.source),
        slots: own,
        share: ring.length === 0 ? 0 : own / ring.length,
        ...total(this.#tables.memberCounters.get(id)),
      })
    }
  }

  #source(index: number): string {
    const words = this.#sources.read(index).address
    return words.every((word) => word === 0) ? 'none' : formatWords(words, sourceFamily(words))
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}

function sum(members: readonly MemberStatus[]): { packets: number; bytes: number } {
  const all = (key: 'packets' | 'bytes') => members.reduce((total, member) => total + member[key], 0)
  return { packets: all('packets'), bytes: all('bytes') }
}
