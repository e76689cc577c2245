import type { Counter } from '@skep/datapath/lb-xdp'
import { formatAddress } from '@skep/packet'
import { formatEndpoint } from '@skep/lb-maps'
import type { MemberStatus, ServiceStatus } from './status.ts'
import type { Tables } from './tables.ts'

const AF_INET = 2
const RING_LINE_SLOTS = 32
const MEMBER_LINE_IDS = 16
const MEMBER_BLOCK_END = 0xffffffff
const RING_LOG2_BITS = 5
const RING_LOG2_MIN = 7
const protocols: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' }

/** Packets and bytes of all CPUs. */
export interface Total {
  readonly packets: number
  readonly bytes: number
}

/** The services in the tables, by id, with the members that take new connections or could. */
export function readServices(tables: Tables, names: ReadonlyMap<string, string>): ServiceStatus[] {
  const services = tables.table('services')
  const found: ServiceStatus[] = []
  for (let id = 1; id < services.entries; id++) {
    const service = services.read(id)
    if (service.family === 0) continue
    const address = formatWords(service.address, service.family)
    const frontend = `${formatEndpoint(address, service.port)}/${protocols[service.protocol] ?? service.protocol}`
    const ring = ringOf(tables, service.ring)
    const members = readMembers(tables, id, service.members, ring)
    const name = names.get(frontend)
    found.push({ id, ...(name === undefined ? {} : { name }), frontend, slots: ring.length, ...sum(members), members })
  }
  return found
}

/** The own addresses towards backends. */
export function readSources(tables: Tables): string[] {
  const sources = tables.table('sources')
  const all = Array.from({ length: sources.entries }, (_, index) => sources.read(index).address)
  return all.filter((words) => words.some((word) => word !== 0)).map((words) => formatWords(words, familyOf(words)))
}

/** The sum over all CPUs. */
export function total(counters: readonly Counter[] | undefined): Total {
  const all = counters ?? []
  return {
    packets: Number(all.reduce((all, { packets }) => all + packets, 0n)),
    bytes: Number(all.reduce((all, { bytes }) => all + bytes, 0n)),
  }
}

function ringOf(tables: Tables, word: number): Uint16Array {
  const log2 = word & ((1 << RING_LOG2_BITS) - 1)
  if (log2 < RING_LOG2_MIN) return new Uint16Array()
  const start = (word >>> RING_LOG2_BITS) * RING_LINE_SLOTS
  return new Uint16Array(tables.table('rings').buffer, start * 2, 1 << log2)
}

/** A service without backends has no lines; else they end with MEMBER_BLOCK_END. */
function readMembers(tables: Tables, service: number, line: number, ring: Uint16Array): MemberStatus[] {
  const ids = new Uint32Array(tables.table('member_ids').buffer)
  const table = tables.table('members')
  const slots = Map.groupBy(ring, (number) => number)
  const counters = tables.counters('member_counters')
  const members: MemberStatus[] = []
  for (let number = 0, at = line * MEMBER_LINE_IDS; at < ids.length && ids[at] !== MEMBER_BLOCK_END; number++, at++) {
    const id = ids[at]!
    if (id === 0 || id >= table.entries) continue
    const member = table.read(id)
    if (member.used !== 1 || member.service !== service) continue
    const own = slots.get(number)?.length ?? 0
    members.push({
      id,
      backend: formatEndpoint(formatWords(member.address, member.family), member.port),
      source: formatSource(tables, member.source),
      slots: own,
      share: ring.length === 0 ? 0 : own / ring.length,
      ...total(counters.get(id)),
    })
  }
  return members
}

function formatSource(tables: Tables, index: number): string {
  const words = tables.table('sources').read(index).address
  return words.every((word) => word === 0) ? 'none' : formatWords(words, familyOf(words))
}

function sum(members: readonly MemberStatus[]): Total {
  return {
    packets: members.reduce((all, { packets }) => all + packets, 0),
    bytes: members.reduce((all, { bytes }) => all + bytes, 0),
  }
}

function formatWords(words: readonly number[], family: number): string {
  const bytes = new Uint8Array(16)
  for (const [i, word] of words.entries()) new DataView(bytes.buffer).setUint32(4 * i, word)
  return formatAddress(family === AF_INET ? bytes.slice(0, 4) : bytes)
}

/** An own address has no family in the tables: only IPv4 leaves three words empty. */
function familyOf([, ...rest]: readonly number[]): number {
  return rest.every((word) => word === 0) ? AF_INET : 10
}
