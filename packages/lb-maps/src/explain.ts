import { formatWords, parseWords } from './address.ts'
import { LbMapsError } from './error.ts'
import { KeyHasher, protocolNumbers, type ServiceKey, serviceKey } from './key.ts'
import {
  MEMBER,
  MEMBER_WORDS,
  RING_LINE_SLOTS,
  SERVICE_OWN_SOURCE,
  SOURCE_WORDS,
  swapPort,
  type Family,
} from './layout.ts'
import { findKey, hashFlow, memberId, ringOf, ringSlots, type Found, selectMember, type Selected } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import type { Plan } from './plan.ts'
import { formatEndpoint, formatFrontend, type Frontend, type Protocol } from './service.ts'

/** A flow as a user names it: who sends, and to what. */
export interface Flow {
  readonly client: string
  readonly clientPort: number
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
}

/** Which member a new connection goes to, and each decision on the way. */
export interface FlowExplanation {
  readonly outcome: 'member' | 'no-service' | 'no-backend' | 'no-member'
  /** Ids and places, as far as the flow got. */
  readonly service?: number
  readonly bucket?: Found['choice']
  readonly ring?: { readonly slot: number; readonly slots: number; readonly line: number }
  readonly member?: { readonly number: number; readonly id: number; readonly address: string; readonly port: number }
  /** The own address that the backend sees. */
  readonly source?: string
  /** One line a decision. */
  readonly why: readonly string[]
}

/**
 * Follows a new connection through the maps, as the datapath does (a connection that is known already stays with its
 * backend, whatever the ring says). Throws INVALID for what is not an address.
 */
export function explainFlow(maps: LbMaps, flow: Flow): FlowExplanation {
  const key = keyOf(flow)
  const found = findKey(maps, new KeyHasher(maps.hashKey), key)
  const name = formatFrontend(flow)
  if (!found || found.service >= SERVICE_OWN_SOURCE) {
    return { outcome: 'no-service', why: [`${name} is not in the service table: the packet passes untouched`] }
  }
  const { service, choice } = found
  const why = [`${name} is service ${service}, in the key's ${choice} bucket`]
  const chosen = selectMember(maps, service, hashOf(maps, flow, key.family).hi)
  if (typeof chosen === 'string') return { outcome: chosen, service, bucket: choice, why: [...why, refusals[chosen]] }
  return { ...memberOf(maps, chosen, service, key.family, why), service, bucket: choice }
}

const refusals = {
  'no-backend': 'it has no ring, for it has no backend with a weight: the packet is dropped',
  'no-member': 'its slot leads to a member that is not there: the packet is dropped',
} as const

function memberOf(
  maps: LbMaps,
  { slot, slots, number, member }: Selected,
  service: number,
  family: Family,
  why: readonly string[],
): FlowExplanation {
  const { words } = maps.members
  const at = member * MEMBER_WORDS
  const address = formatWords(words, at + MEMBER.address, family)
  const port = swapPort(words[at + MEMBER.tail]! & 0xffff)
  const source = formatWords(maps.sources.words, words[at + MEMBER.source]! * SOURCE_WORDS, family)
  const line = (ringOf(maps, service)?.base ?? 0) + Math.floor(slot / RING_LINE_SLOTS)
  return {
    outcome: 'member',
    ring: { slot, slots, line },
    member: { number, id: member, address, port },
    source,
    why: [
      ...why,
      `the client's address and port, the service's port and the protocol hash to slot ${slot} of ${slots}`,
      `slot ${slot} holds member number ${number}, which is id ${member}: ${formatEndpoint(address, port)}`,
      `the backend sees ${source} as the client`,
    ],
  }
}

/** A member's part of a service's ring. */
export interface Share {
  readonly address: string
  readonly port: number
  readonly number: number
  readonly id: number
  readonly slots: number
  /** 0 to 1. */
  readonly share: number
}

/** How a service's new connections are shared among its members, most first; empty when it has no ring. */
export function shares(maps: LbMaps, frontend: Frontend): Share[] {
  const key = keyOf(frontend)
  const found = findKey(maps, new KeyHasher(maps.hashKey), key)
  const ring = found && found.service < SERVICE_OWN_SOURCE ? ringOf(maps, found.service) : undefined
  if (!found || !ring) return []
  const slots = ringSlots(maps, ring)
  const counts = new Map<number, number>()
  for (const number of slots) counts.set(number, (counts.get(number) ?? 0) + 1)
  return [...counts]
    .map(([number, count]): Share => {
      const id = memberId(maps, found.service, number)
      const at = id * MEMBER_WORDS
      const address = formatWords(maps.members.words, at + MEMBER.address, key.family)
      const port = swapPort(maps.members.words[at + MEMBER.tail]! & 0xffff)
      return { address, port, number, id, slots: count, share: count / slots.length }
    })
    .toSorted((a, b) => b.slots - a.slots || a.number - b.number)
}

/** What a plan changes, one line a service and a problem; empty when it changes nothing. */
export function explainPlan({ changes, problems }: Pick<Plan, 'changes' | 'problems'>): string[] {
  return [
    ...changes.map(({ frontend, kind, slots, moved, members }) => {
      if (kind === 'add') return `${frontend}: added with ${count(members.added)} on ${slots.after} slots`
      if (kind === 'remove') return `${frontend}: removed with ${count(members.removed)}`
      const ring = slots.before === slots.after ? `${slots.after} slots` : `${slots.before} → ${slots.after} slots`
      const percent = (100 * moved).toFixed(1)
      return `${frontend}: +${members.added} −${members.removed} members, ${percent} % of the ring moves (${ring})`
    }),
    ...problems.map(({ path, message }) => `${path}: ${message}`),
  ]
}

function count(members: number): string {
  return `${members} member${members === 1 ? '' : 's'}`
}

function keyOf({ address, port, protocol }: Frontend): ServiceKey {
  const words = new Uint32Array(4)
  const family = parseWords(address, words, 0)
  if (!family) throw notAnAddress('address', address)
  return serviceKey(family, words, port, protocolNumbers[protocol])
}

function hashOf(maps: LbMaps, flow: Flow, family: Family): { readonly lo: number; readonly hi: number } {
  const words = new Uint32Array(4)
  if (parseWords(flow.client, words, 0) !== family) throw notAnAddress('client', flow.client)
  const { clientPort, port } = flow
  return hashFlow(maps.hashKey.key1, { family, words, clientPort, port, protocol: protocolNumbers[flow.protocol] })
}

function notAnAddress(path: string, value: string): LbMapsError {
  const message = `${JSON.stringify(value)} is not an address of the service's family`
  return new LbMapsError('INVALID', 'explain a flow', `${path}: ${message}`, [{ path, message }])
}
