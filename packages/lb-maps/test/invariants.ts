import { expect } from '@jest/globals'
import { cidrContains, parseAddress, parseCidr } from '@skep/packet'
import { type Actual, NO_BLOCK } from '../src/actual.ts'
import { formatWords, parseWords } from '../src/address.ts'
import { readPlace, shapes, tableOf } from '../src/bucket.ts'
import { addressKey, formatKey, isAddressKey, protocolNumbers, serviceKey } from '../src/key.ts'
import { findKey, memberIsUsed, ringOf, ringSlots } from '../src/lookup.ts'
import {
  MEMBER,
  MEMBER_BLOCK_END,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  SERVICE,
  SERVICE_WORDS,
  swapPort,
  type Family,
} from '../src/layout.ts'
import type { LbMaps } from '../src/maps.ts'
import { membersOf } from '../src/members.ts'
import { readActual } from '../src/read-actual.ts'
import { isAdmitted, rangesOf, type SourceRanges } from '../src/ranges.ts'
import { rateLimitOf } from '../src/rate-limit.ts'
import { recordsOf } from '../src/records.ts'
import { numberOf } from '../src/slots.ts'
import { type Desired, formatFrontend } from '../src/service.ts'
import { admits } from './packet.ts'

/** What somebody owns, by table: every entry once. */
class Ledger {
  readonly #owners = new Map<string, string>()

  own(table: string, index: number, owner: string): void {
    const place = `${table}[${index}]`
    const other = this.#owners.get(place)
    if (other !== undefined) throw new Error(`${place} belongs to ${owner} and to ${other}`)
    this.#owners.set(place, owner)
  }

  owns(table: string, index: number): boolean {
    return this.#owners.has(`${table}[${index}]`)
  }

  count(table: string): number {
    return [...this.#owners.keys()].filter((place) => place.startsWith(`${table}[`)).length
  }
}

/** Every id, line and key belongs to exactly one service or is free, and the books say the same. */
export function checkOwnership(actual: Actual): void {
  const ledger = ledgerOf(actual)
  expect({
    services: actual.serviceIds.used,
    members: actual.memberIds.used,
    rings: actual.rings.used,
    memberIds: actual.memberLines.used,
    records: actual.records.used,
    ranges: actual.ranges.used,
    sources: actual.sources.size,
  }).toEqual({
    services: ledger.count('services'),
    members: ledger.count('members'),
    rings: ledger.count('rings'),
    memberIds: ledger.count('memberIds'),
    records: ledger.count('records'),
    ranges: ledger.count('ranges'),
    sources: ledger.count('sources'),
  })
  expect(summary(readActual(actual.maps))).toEqual(summary(actual))
}

function ledgerOf(actual: Actual): Ledger {
  const { maps } = actual
  const ledger = new Ledger()
  for (let id = 1; id < maps.services.entries; id++) {
    if (maps.services.words[id * SERVICE_WORDS + SERVICE.tail] !== 0) enterService(ledger, actual, id)
  }
  for (const index of actual.sources.values()) ledger.own('sources', index, 'an own address')
  return ledger
}

function enterService(ledger: Ledger, { maps, memberOrders }: Actual, id: number): void {
  const owner = `service ${id}`
  ledger.own('services', id, owner)
  const ring = ringOf(maps, id)
  if (ring) {
    for (let i = 0; i < 1 << (ring.log2 - 5); i++) {
      ledger.own('rings', ring.base + i, owner)
      ledger.own('moves', ring.base + i, owner)
    }
  }
  const records = recordsOf(maps, id)
  if (records) for (let i = 0; i < 1 << records.order; i++) ledger.own('records', records.base + i, owner)
  const ranges = rangesOf(maps, id)
  if (ranges) for (let i = 0; i < 1 << ranges.order; i++) ledger.own('ranges', ranges.base + i, owner)
  const order = memberOrders[id]!
  if (order === NO_BLOCK) return
  const base = maps.services.words[id * SERVICE_WORDS + SERVICE.members]!
  for (let i = 0; i < 1 << order; i++) ledger.own('memberIds', base + i, owner)
  const members = membersOf(maps, id, order)
  for (const member of members) ledger.own('members', member.id, owner)
  const named = maps.memberIds.words.subarray(base * MEMBER_LINE_IDS, (base + (1 << order)) * MEMBER_LINE_IDS)
  expect(named.at(-1)).toBe(MEMBER_BLOCK_END)
  expect(named.filter((word) => word !== 0).length).toBe(members.length + 1)
}

/** What nobody owns is zero, as it is when nobody was killed. */
export function checkFreeIsZero(actual: Actual): void {
  const { maps } = actual
  const ledger = ledgerOf(actual)
  for (const table of ['rings', 'moves', 'memberIds', 'members', 'sources', 'records', 'ranges'] as const) {
    const { words, entries } = maps[table]
    const width = words.length / entries
    for (let index = 0; index < entries; index++) {
      if (ledger.owns(table, index)) continue
      const entry = words.subarray(index * width, (index + 1) * width)
      if (entry.some((word) => word !== 0)) throw new Error(`${table}[${index}] is free but not zero`)
    }
  }
  for (let id = 1; id < maps.services.entries; id++) {
    const record = maps.services.words.slice(id * SERVICE_WORDS, (id + 1) * SERVICE_WORDS)
    record[SERVICE.flags]! &= 0xffff
    if (!ledger.owns('services', id)) expect(record).toEqual(new Uint32Array(SERVICE_WORDS))
  }
}

function summary({
  serviceIds,
  memberIds,
  rings,
  memberLines,
  records,
  ranges,
  memberOrders,
  unsettled,
  sources,
  keys,
  leftovers,
}: Actual): object {
  return {
    serviceIds: drain(serviceIds.clone()),
    memberIds: drain(memberIds.clone()),
    rings: drain(rings.clone()),
    memberLines: drain(memberLines.clone()),
    records: drain(records.clone()),
    ranges: drain(ranges.clone()),
    unsettled: [...unsettled].toSorted((a, b) => a - b),
    memberOrders,
    sources: Object.fromEntries(sources),
    keys,
    leftovers,
  }
}

/** Everything that is free, in order. */
function drain(pool: { take(order: number): number | undefined }): number[] {
  const free: number[] = []
  for (let id = pool.take(0); id !== undefined; id = pool.take(0)) free.push(id)
  return free.toSorted((a, b) => a - b)
}

/** The maps hold what is desired, nothing more and nothing less. */
export function checkHolds({ maps, hasher, sources }: Actual, desired: Desired): void {
  const keys = new Map<string, string>()
  for (const { frontends, backends, sourceRanges, rateLimit } of desired.services) {
    for (const frontend of frontends) {
      const words = new Uint32Array(4)
      const family = parseWords(frontend.address, words, 0)!
      const found = findKey(maps, hasher, serviceKey(family, words, frontend.port, protocolNumbers[frontend.protocol]))
      if (!found) throw new Error(`${formatFrontend(frontend)} is not there`)
      keys.set(formatFrontend(frontend), 'service')
      keys.set(frontend.address, 'address')
      const isOwn = sources.has(frontend.address)
      expect(findKey(maps, hasher, addressKey(family, words))?.service).toBe(isOwn ? 0xfffffffe : 0xffffffff)
      checkAdmission(maps, found.service, family, sourceRanges)
      expect(rateLimitOf(maps, found.service)?.newConnectionsPerSecond).toBe(rateLimit?.newConnectionsPerSecond)
      const wanted = backends.map(({ address, port, weight = 1 }) => `${address} ${port} ${weight > 0}`)
      expect(membersIn(maps, found.service, family).toSorted()).toEqual(wanted.toSorted())
    }
  }
  for (const address of sources.keys()) keys.set(address, 'own')
  expect(keysIn(maps).toSorted()).toEqual([...keys.keys()].toSorted())
}

/** In some `allow`, if there are any, and in no `deny`: asked of some clients, prefix by prefix. */
function checkAdmission(maps: LbMaps, service: number, family: Family, ranges: SourceRanges = {}): void {
  const clients = Array.from({ length: 8 }, (_, i) => (family === 2 ? `198.51.100.${i}` : `2001:db8:c::${i}`))
  for (const client of [...clients, ...(family === 2 ? ['10.0.0.1', '203.0.113.1'] : ['2001:db8::1', '9000::'])]) {
    const isIn = (list: readonly string[]): boolean =>
      list.some((prefix) => cidrContains(parseCidr(prefix), parseAddress(client)))
    const address = new Uint32Array(4)
    parseWords(client, address, 0)
    const packet = { family, client: address, clientPort: 0, address, port: 0, protocol: 0 }
    const wanted = (!ranges.allow || isIn(ranges.allow)) && !isIn(ranges.deny ?? [])
    expect([client, admits(maps, packet, service)]).toEqual([client, wanted])
    expect(isAdmitted(maps, service, address, family)).toBe(wanted)
  }
}

function membersIn(maps: LbMaps, service: number, family: Family): string[] {
  const ring = ringOf(maps, service)
  const inRing = new Set(ring ? ringSlots(maps, ring).map(numberOf) : [])
  const found: string[] = []
  for (let id = 1; id < maps.members.entries; id++) {
    const at = id * MEMBER_WORDS
    if (!memberIsUsed(maps, id) || maps.members.words[at + MEMBER.service] !== service) continue
    const base = maps.services.words[service * SERVICE_WORDS + SERVICE.members]! * MEMBER_LINE_IDS
    const number = maps.memberIds.words.indexOf(id, base) - base
    const address = formatWords(maps.members.words, at, family)
    found.push(`${address} ${swapPort(maps.members.words[at + MEMBER.tail]! & 0xffff)} ${inRing.has(number)}`)
  }
  return found
}

function keysIn(maps: LbMaps): string[] {
  return shapes.flatMap((shape) => {
    const table = tableOf(maps, shape)
    const texts: string[] = []
    for (let place = 0; place < table.entries * shape.keys; place++) {
      const entry = readPlace(table, shape, place)
      if (!entry) continue
      texts.push(formatKey(entry.key))
      if (isAddressKey(entry.key)) expect(entry.service).toBeGreaterThanOrEqual(0xfffffffe)
    }
    return texts
  })
}
