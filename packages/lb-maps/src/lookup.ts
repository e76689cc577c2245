import { readOverflow, shapeOf, standsIn, tableOf } from './bucket.ts'
import { halves, Mixer } from './hash.ts'
import type { Buckets, KeyHasher, ServiceKey } from './key.ts'
import {
  AF_INET,
  type Family,
  MEMBER,
  MEMBER_DRAINS,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  RING_LINE_SLOTS,
  RING_LOG2_BITS,
  RING_LOG2_MIN,
  RING_SLOT_EMPTY,
  SERVICE,
  SERVICE_WORDS,
  swapPort,
} from './layout.ts'
import type { LbMaps } from './maps.ts'
import { asksPrevious, movePlace, numberOf, phaseOf } from './slots.ts'

/** Where the datapath finds a key. */
export interface Found {
  readonly service: number
  readonly place: number
  readonly choice: 'first' | 'second'
}

/** The datapath's look into the service table (bpf/lib/service.h): the second bucket only if the first overflowed. */
export function findKey(maps: LbMaps, hasher: KeyHasher, key: ServiceKey): Found | undefined {
  const shape = shapeOf(key.family)
  const table = tableOf(maps, shape)
  const buckets: Buckets = hasher.buckets(key, table.entries)
  const look = (bucket: number, choice: Found['choice']): Found | undefined => {
    for (let place = bucket * shape.keys; place < (bucket + 1) * shape.keys; place++) {
      if (standsIn(table, shape, place, key)) return { service: table.words[shape.serviceWord(place)]!, place, choice }
    }
    return undefined
  }
  const first = look(buckets.first, 'first')
  if (first || readOverflow(table, buckets.first) === 0) return first
  return look(buckets.second, 'second')
}

/** What tells one flow from another: the client's address and port, the service's port, the protocol. */
export interface FlowKey {
  readonly family: Family
  /** The client's address in map order. */
  readonly words: Uint32Array
  readonly clientPort: number
  readonly port: number
  readonly protocol: number
}

/**
 * The datapath's hash of a flow (bpf/lib/hash.h): unsigned halves; its top bits are the ring slot. With affinity the ports
 * and the protocol are 0.
 */
export function hashFlow(key1: bigint, flow: FlowKey): { lo: number; hi: number } {
  const seed = halves(key1)
  const ports = swapPort(flow.clientPort) | (swapPort(flow.port) << 16)
  const mixer = new Mixer().start(seed.lo ^ flow.protocol, seed.hi)
  if (flow.family === AF_INET) mixer.word(flow.words[0]!, ports)
  else mixer.word(flow.words[0]!, flow.words[1]!).word(flow.words[2]!, flow.words[3]!).word(ports, 0)
  return { lo: mixer.lo >>> 0, hi: mixer.hi >>> 0 }
}

/** Where a ring stands: its first line in `rings`, and the log2 of its slots. */
export interface Ring {
  readonly base: number
  readonly log2: number
}

/** A service's ring as it is published; `undefined` when it has none. */
export function ringOf(maps: LbMaps, service: number): Ring | undefined {
  const word = maps.services.words[service * SERVICE_WORDS + SERVICE.ring]!
  const log2 = word & ((1 << RING_LOG2_BITS) - 1)
  return log2 < RING_LOG2_MIN ? undefined : { base: word >>> RING_LOG2_BITS, log2 }
}

/** The slots of a published ring, without copying. */
export function ringSlots(maps: LbMaps, ring: Ring): Uint16Array {
  return maps.rings.block(ring.base, (1 << ring.log2) / RING_LINE_SLOTS)
}

/** What stands beside a published ring about slots that change hands, see {@link movePlace}. */
export function movesOf(maps: LbMaps, ring: Ring): Uint16Array {
  return maps.moves.block(ring.base, (1 << ring.log2) / RING_LINE_SLOTS)
}

/** The id that a service's member number stands for; 0 is nobody. */
export function memberId(maps: LbMaps, service: number, number: number): number {
  const base = maps.services.words[service * SERVICE_WORDS + SERVICE.members]!
  return maps.memberIds.words[base * MEMBER_LINE_IDS + number]!
}

/** Is this id taken by a member, also one that drains? */
export function memberIsUsed(maps: LbMaps, id: number): boolean {
  return maps.members.words[id * MEMBER_WORDS + MEMBER.tail]! >>> 24 !== 0
}

/** Does this member wait for its connections to be over? */
export function memberDrains(maps: LbMaps, id: number): boolean {
  return maps.members.words[id * MEMBER_WORDS + MEMBER.tail]! >>> 24 === MEMBER_DRAINS
}

/** From a flow's hash to its member (bpf/lib/select.h). */
export interface Selected {
  readonly slot: number
  readonly slots: number
  /** Who has the slot, or comes to have it. */
  readonly number: number
  readonly member: number
  /** Of the slot's move; 0: it is stable. */
  readonly phase: number
  /** Member number that had the slot, for as long as it is asked. */
  readonly previous?: number
}

/** Which member of a service a flow's hash leads to, or why it leads to none. */
export function selectMember(maps: LbMaps, service: number, hashHi: number): Selected | 'no-backend' | 'no-member' {
  const ring = ringOf(maps, service)
  if (!ring) return 'no-backend'
  const slots = ringSlots(maps, ring)
  const slot = hashHi >>> (32 - ring.log2)
  const word = slots[slot]!
  const number = numberOf(word)
  if (number === RING_SLOT_EMPTY) return 'no-backend'
  const member = memberId(maps, service, number)
  if (!memberIsUsed(maps, member)) return 'no-member'
  const phase = phaseOf(word)
  const selected = { slot, slots: slots.length, number, member, phase }
  return asksPrevious(phase) ? { ...selected, previous: movesOf(maps, ring)[movePlace(slot)]! } : selected
}
