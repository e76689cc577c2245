import { clientWords, type Flow, frontendKey, hashOf } from './flow-key.ts'
import { KeyHasher } from './key.ts'
import { type Family, PHASE, RING_LINE_SLOTS, SERVICE, SERVICE_OWN_SOURCE, SERVICE_WORDS } from './layout.ts'
import { findKey, type Found, memberId, memberIsUsed, ringOf, type Selected, selectMember } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { hasAffinity, isRandom, modeOf } from './modes.ts'
import { isAdmitted, rangesOf } from './ranges.ts'
import { mayOpen, rateLimitOf, rateTime } from './rate-limit.ts'
import { readMember } from './reader.ts'
import { scanRecords } from './records.ts'
import { formatEndpoint, formatFrontend } from './service.ts'

/** Which member a new connection goes to, and each decision on the way. */
export interface FlowExplanation {
  readonly outcome: 'member' | 'no-service' | 'no-backend' | 'no-member' | 'source-range' | 'rate-limit'
  /** Ids and places, as far as the flow got. */
  readonly service?: number
  readonly bucket?: Found['choice']
  readonly ring?: { readonly slot: number; readonly slots: number; readonly line: number }
  readonly member?: { readonly number: number; readonly id: number; readonly address: string; readonly port: number }
  /** Its slot changes hands. `previous`: who had it, for as long as that is asked. */
  readonly move?: { readonly phase: 'stable' | 'move' | 'harvest' | 'settled'; readonly previous?: string }
  /** The own address that the backend sees, or that carries packets to it. */
  readonly source?: string
  /** One line a decision. */
  readonly why: readonly string[]
}

/**
 * Follows a new connection through the maps, as the datapath does; a translated connection that is known already stays with
 * its backend, whatever the ring says. Throws INVALID for what is not an address.
 */
export function explainFlow(maps: LbMaps, flow: Flow, time: number = rateTime()): FlowExplanation {
  const key = frontendKey(flow)
  const hasher = new KeyHasher(maps.hashKey)
  const found = findKey(maps, hasher, key) ?? findKey(maps, hasher, frontendKey({ ...flow, port: 0 }))
  const name = formatFrontend(flow)
  if (!found || found.service >= SERVICE_OWN_SOURCE) {
    return { outcome: 'no-service', why: [`${name} is not in the service table: the packet passes untouched`] }
  }
  const { service, choice } = found
  const why = [`${name} is service ${service}, in the key's ${choice} bucket`]
  const refused = admit(maps, service, flow, key.family, time, why)
  if (refused) return { outcome: refused, service, bucket: choice, why }
  const flags = flagsOf(maps, service)
  const { hi } = hashOf(maps, flow, key.family, hasAffinity(flags))
  const chosen = selectMember(maps, service, hi)
  if (typeof chosen === 'string') return { outcome: chosen, service, bucket: choice, why: [...why, refusals[chosen]] }
  return { ...memberOf(maps, chosen, service, flags, hi, why), service, bucket: choice }
}

/** Whom a service admits, and how often; adds to `why`. */
function admit(
  maps: LbMaps,
  service: number,
  { client }: Flow,
  family: Family,
  time: number,
  why: string[],
): 'source-range' | 'rate-limit' | undefined {
  const words = clientWords(client, family)
  const limit = rateLimitOf(maps, service)
  if (!isAdmitted(maps, service, words, family)) {
    why.push(`its source ranges do not admit ${client}: the packet is dropped`)
    return 'source-range'
  }
  if (rangesOf(maps, service)) why.push(`its source ranges admit ${client}`)
  if (!limit) return undefined
  const { newConnectionsPerSecond, burst, prefix } = limit
  const terms = `${newConnectionsPerSecond} new connections a second, ${burst} at once, for each /${prefix} of clients`
  const opens = mayOpen(maps, service, words, family, time)
  why.push(
    `it is limited to ${terms}: at this moment ${client} ${opens ? 'may open one' : 'has to wait, what it opens is dropped'}`,
  )
  return opens ? undefined : 'rate-limit'
}

const refusals = {
  'no-backend': 'it has no ring, for it has no backend with a weight: the packet is dropped',
  'no-member': 'its slot leads to a member that is not there: the packet is dropped',
} as const

function memberOf(
  maps: LbMaps,
  selected: Selected,
  service: number,
  flags: number,
  hashHi: number,
  why: readonly string[],
): FlowExplanation {
  const { slot, slots, number } = selected
  const line = (ringOf(maps, service)?.base ?? 0) + Math.floor(slot / RING_LINE_SLOTS)
  const keyed = hasAffinity(flags)
    ? "the client's address hashes"
    : "the client's address and port, the service's port and the protocol hash"
  const recorded = findRecord(maps, service, hashHi)
  const goesTo = recorded ?? number
  const id = memberId(maps, service, goesTo)
  const { address, port, source } = readMember(maps, id)!
  return {
    outcome: 'member',
    ring: { slot, slots, line },
    member: { number: goesTo, id, address, port },
    ...(source === undefined ? {} : { source }),
    ...(selected.phase === PHASE.stable ? {} : { move: moveOf(maps, service, selected) }),
    why: [
      ...why,
      `${keyed} to slot ${slot} of ${slots}`,
      `slot ${slot} holds ${nameOf(maps, service, number)}`,
      ...whyMoving(maps, service, selected, flags),
      ...(recorded === undefined ? [] : [`the flow is recorded: it goes to ${nameOf(maps, service, recorded)}`]),
      sees(flags, address, source),
    ],
  }
}

function sees(flags: number, backend: string, source: string | undefined): string {
  if (modeOf(flags) !== 'snat') return 'the backend sees the client itself'
  return source === backend
    ? 'the backend is this host, and sees the client itself'
    : `the backend sees ${source} as the client`
}

/** What a slot that changes hands, or a choice at random, means for a flow that nobody has recorded. */
function whyMoving(maps: LbMaps, service: number, { phase, number, previous }: Selected, flags: number): string[] {
  if (isRandom(flags)) return ['the service chooses at random: a flow that is not recorded goes to any of its backends']
  if (phase === PHASE.stable) return []
  if (previous === undefined) return ['the slot has changed hands: only flows that are recorded go elsewhere']
  const before = nameOf(maps, service, previous)
  const rest = phase === PHASE.harvest ? `${before}, and is recorded` : before
  return [
    `the slot changes hands: a flow that opens goes to ${nameOf(maps, service, number)} and is recorded`,
    `any other flow that is not recorded goes to ${rest}`,
  ]
}

function moveOf(maps: LbMaps, service: number, { phase, previous }: Selected): NonNullable<FlowExplanation['move']> {
  const name = (['stable', 'move', 'harvest', 'settled'] as const)[phase]!
  const member = previous === undefined ? undefined : readMember(maps, memberId(maps, service, previous))
  return { phase: name, ...(member ? { previous: formatEndpoint(member.address, member.port) } : {}) }
}

function nameOf(maps: LbMaps, service: number, number: number): string {
  const id = memberId(maps, service, number)
  const member = readMember(maps, id)
  const endpoint = member ? formatEndpoint(member.address, member.port) : 'nobody'
  return `member number ${number}, which is id ${id}: ${endpoint}${member?.draining ? ' (draining)' : ''}`
}

/** The member number that a flow is recorded for, if that is still there. */
function findRecord(maps: LbMaps, service: number, hashHi: number): number | undefined {
  let found: number | undefined
  scanRecords(maps, service, undefined, (_at, tag, number) => {
    if (tag === (hashHi || 1) && memberIsUsed(maps, memberId(maps, service, number))) found ??= number
  })
  return found
}

function flagsOf({ services }: LbMaps, service: number): number {
  return services.words[service * SERVICE_WORDS + SERVICE.flags]! & 0xffff
}
