import { formatWords } from './address.ts'
import {
  AF_INET,
  AF_INET6,
  MEMBER,
  MEMBER_BLOCK_END,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  NO_MEMBER_LINES,
  RECORD_LINE_WORDS,
  SERVICE,
  SERVICE_WORDS,
  SOURCE_CLIENT,
  SOURCE_WORDS,
  swapPort,
} from './layout.ts'
import { memberDrains, memberIsUsed, ringOf, ringSlots } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { hasAffinity, isQuic, isRandom, type Mode, modeOf, remembersMoves } from './modes.ts'
import { countRanges, rangesOf } from './ranges.ts'
import { rateLimitOf, type RateRecord } from './rate-limit.ts'
import { recordsOf, scanRecords } from './records.ts'
import { numberOf, phaseOf } from './slots.ts'

/** A frontend as the maps hold it. */
export interface ServiceRecord {
  readonly id: number
  readonly address: string
  readonly port: number
  /** IP protocol number: 6 TCP, 17 UDP. */
  readonly protocol: number
  /** Counts the frontends that this id has been given to; connections of an earlier one match nothing. */
  readonly generation: number
  /** Of its ring; 0: it has none, and new connections are dropped. */
  readonly slots: number
  readonly mode: Mode
  readonly algorithm: 'maglev' | 'random'
  /** All of a client's connections go to one backend. */
  readonly affinity: boolean
  readonly quic: boolean
  /** Slots that change hands, by phase. */
  readonly moving: { readonly move: number; readonly harvest: number; readonly settled: number }
  /** Flows that it can remember at present; 0 while nothing changes hands. */
  readonly records: number
  /** Stretches of client addresses that it admits; `undefined`: everybody. */
  readonly ranges: number | undefined
  readonly rateLimit: RateRecord | undefined
}

/** A backend of one service. */
export interface MemberRecord {
  readonly id: number
  /** Of the service that it belongs to. */
  readonly service: number
  readonly address: string
  readonly port: number
  /**
   * The own address that it sees as the client, its own where it is this host itself, and sees the client; `undefined`
   * where it has none, and its packets are dropped.
   */
  readonly source: string | undefined
  /** It is no backend any more, and stays until its connections are over. */
  readonly draining: boolean
}

/** A member in its service's ring. */
export interface RingMember extends MemberRecord {
  /** What stands for it in the ring's slots. */
  readonly number: number
  /** Slots that lead to it. */
  readonly slots: number
  /** Its flows that are recorded, also those that have been idle for too long. */
  readonly flows: number
}

/** All services, by id. */
export function* readServices(maps: LbMaps): Generator<ServiceRecord> {
  for (let id = 1; id < maps.services.entries; id++) {
    const service = readService(maps, id)
    if (service) yield service
  }
}

/** The service with an id; `undefined` where there is none. */
export function readService(maps: LbMaps, id: number): ServiceRecord | undefined {
  if (id === 0 || id >= maps.services.entries) return undefined
  const { words } = maps.services
  const at = id * SERVICE_WORDS
  const tail = words[at + SERVICE.tail]!
  const family = tail >>> 24
  if (family === 0) return undefined
  const ring = ringOf(maps, id)
  const flags = words[at + SERVICE.flags]! & 0xffff
  const records = recordsOf(maps, id)
  const ranges = rangesOf(maps, id)
  return {
    id,
    address: formatWords(words, at + SERVICE.address, family),
    port: swapPort(tail & 0xffff),
    protocol: (tail >>> 16) & 0xff,
    generation: words[at + SERVICE.flags]! >>> 16,
    slots: ring ? 1 << ring.log2 : 0,
    mode: modeOf(flags),
    algorithm: isRandom(flags) ? 'random' : 'maglev',
    affinity: hasAffinity(flags),
    quic: isQuic(flags),
    moving: countPhases(ring && remembersMoves(flags) ? ringSlots(maps, ring) : new Uint16Array(0)),
    records: records ? RECORD_LINE_WORDS << records.order : 0,
    ranges: ranges && countRanges(maps, ranges),
    rateLimit: rateLimitOf(maps, id),
  }
}

/** The members of a service, by number, also those without a slot. */
export function readMembers(maps: LbMaps, service: number): RingMember[] {
  const line = maps.services.words[service * SERVICE_WORDS + SERVICE.members]!
  if (line === NO_MEMBER_LINES) return []
  const start = line * MEMBER_LINE_IDS
  const length = maps.memberIds.words.subarray(start).indexOf(MEMBER_BLOCK_END)
  const slots = slotsByNumber(maps, service, length)
  const flows = flowsByNumber(maps, service, length)
  const members: RingMember[] = []
  for (let number = 0; number < length; number++) {
    const member = readMember(maps, maps.memberIds.words[start + number]!)
    if (member?.service === service) {
      members.push({ ...member, number, slots: slots[number]!, flows: flows[number]! })
    }
  }
  return members
}

/** The member with an id; `undefined` where there is none. */
export function readMember(maps: LbMaps, id: number): MemberRecord | undefined {
  if (id === 0 || id >= maps.members.entries || !memberIsUsed(maps, id)) return undefined
  const { words } = maps.members
  const at = id * MEMBER_WORDS
  const tail = words[at + MEMBER.tail]!
  const address = formatWords(words, at + MEMBER.address, (tail >>> 16) & 0xff)
  const source = words[at + MEMBER.source]!
  return {
    id,
    service: words[at + MEMBER.service]!,
    address,
    port: swapPort(tail & 0xffff),
    source: source === SOURCE_CLIENT ? address : readSource(maps, source),
    draining: memberDrains(maps, id),
  }
}

/** An own address towards backends; `undefined` where none has this index. */
export function readSource({ sources }: LbMaps, index: number): string | undefined {
  const at = index * SOURCE_WORDS
  const words = sources.words.subarray(at, at + SOURCE_WORDS)
  if (index >= sources.entries || words.every((word) => word === 0)) return undefined
  // It carries no family: only IPv4 leaves three words empty.
  return formatWords(words, 0, words.subarray(1).every((word) => word === 0) ? AF_INET : AF_INET6)
}

/** All own addresses towards backends. */
export function readSources(maps: LbMaps): string[] {
  const all = Array.from({ length: maps.sources.entries }, (_, index) => readSource(maps, index))
  return all.filter((source) => source !== undefined)
}

function slotsByNumber(maps: LbMaps, service: number, numbers: number): Uint32Array {
  const counts = new Uint32Array(Math.max(0, numbers))
  const ring = ringOf(maps, service)
  const slots = ring ? ringSlots(maps, ring) : new Uint16Array(0)
  for (let slot = 0; slot < slots.length; slot++) counts[numberOf(slots[slot]!)]!++
  return counts
}

function flowsByNumber(maps: LbMaps, service: number, numbers: number): Uint32Array {
  const counts = new Uint32Array(Math.max(0, numbers))
  scanRecords(maps, service, undefined, (_at, _tag, number) => counts[number]!++)
  return counts
}

function countPhases(words: Uint16Array): ServiceRecord['moving'] {
  const counts = [0, 0, 0, 0]
  for (const word of words) counts[phaseOf(word)]!++
  const [, move = 0, harvest = 0, settled = 0] = counts
  return { move, harvest, settled }
}
