import { hashWords } from './hash.ts'
import {
  AF_INET,
  type Family,
  RATE_LEAD_MAX,
  RATE_LINE_WORDS,
  RATE_TIME_SHIFT,
  SERVICE,
  SERVICE_WORDS,
} from './layout.ts'
import type { LbMaps } from './maps.ts'
import { valueOfWords } from './ranges.ts'

/** How often the clients of one prefix may open connections to a frontend. */
export interface RateLimit {
  /** 1 to 100,000. */
  readonly newConnectionsPerSecond: number
  /** So many may come at once; as many as in a second when left out. */
  readonly burst?: number | undefined
  /** Bits of a client's address that count: 32 and 64 when left out. 0: all clients together. */
  readonly prefix?: { readonly ipv4?: number; readonly ipv6?: number }
}

/** A limit as the maps have it. */
export interface RateRecord {
  readonly newConnectionsPerSecond: number
  readonly burst: number
  readonly prefix: number
}

export const RATE_MAX = 100_000
export const BURST_MAX = 0xffff
const UNITS_PER_SECOND = 1e9 / 2 ** RATE_TIME_SHIFT
const LOW = 0xffffffffn

/** Most connections at once for a rate: what can be paid for within the time that a word tells apart. */
export function mostBurst(newConnectionsPerSecond: number): number {
  return Math.min(BURST_MAX, Math.floor(RATE_LEAD_MAX / intervalOf(newConnectionsPerSecond)))
}

function intervalOf(newConnectionsPerSecond: number): number {
  return Math.round(UNITS_PER_SECOND / newConnectionsPerSecond)
}

/** `limit` of struct service. */
export function limitWord(limit: RateLimit | undefined, family: Family): bigint {
  if (!limit) return 0n
  const { newConnectionsPerSecond, prefix, burst = Math.min(newConnectionsPerSecond, BURST_MAX) } = limit
  const bits = family === AF_INET ? (prefix?.ipv4 ?? 32) : (prefix?.ipv6 ?? 64)
  return BigInt(intervalOf(newConnectionsPerSecond)) | (BigInt(burst) << 32n) | (BigInt(bits) << 48n)
}

/** A service's limit; `undefined` when it has none. */
export function rateLimitOf(maps: LbMaps, service: number): RateRecord | undefined {
  const word = limitOf(maps, service)
  if (word === 0n) return undefined
  const perSecond = UNITS_PER_SECOND / Number(word & LOW)
  return {
    newConnectionsPerSecond: Math.max(1, Math.round(perSecond)),
    burst: Number((word >> 32n) & 0xffffn),
    prefix: Number(word >> 48n),
  }
}

function limitOf({ services }: LbMaps, service: number): bigint {
  return services.longs[(service * SERVICE_WORDS + SERVICE.limit) / 2]!
}

/** The kernel's monotonic clock in the units of a word; wraps. */
export function rateTime(nanoseconds: bigint = process.hrtime.bigint()): number {
  return Number((nanoseconds >> BigInt(RATE_TIME_SHIFT)) & LOW)
}

/** How long until what a word counts is paid for, in its units (see bpf/lib/admission.h). */
function leadOf(word: bigint, time: number): number {
  const lead = (Number(word >> 32n) - time) >>> 0
  return word !== 0n && lead <= RATE_LEAD_MAX ? lead : 0
}

/** May this client, four words in map order, open a connection at this time? */
export function mayOpen(maps: LbMaps, service: number, client: Uint32Array, family: Family, time: number): boolean {
  const limit = limitOf(maps, service)
  if (limit === 0n) return true
  const interval = Number(limit & LOW)
  const burst = Number((limit >> 32n) & 0xffffn)
  const hash = hashOf(maps, service, valueOfWords(client, family), Number(limit >> 48n))
  const line = Number(hash & LOW) & (maps.rates.entries - 1)
  const tag = hash >> 32n || 1n
  const words = maps.rates.longs.subarray(line * RATE_LINE_WORDS, (line + 1) * RATE_LINE_WORDS)
  const own = words.find((word) => (word & LOW) === tag) ?? 0n
  const lead = leadOf(own, time)
  return lead > interval * burst || lead + interval <= interval * burst
}

function hashOf({ hashKey, services }: LbMaps, service: number, client: bigint, bits: number): bigint {
  const generation = services.words[service * SERVICE_WORDS + SERVICE.flags]! >>> 16
  const upper = (word: bigint, count: number): bigint => word >> BigInt(64 - count)
  return hashWords(hashKey.key1, [
    BigInt(service) | (BigInt(generation) << 32n),
    upper(client >> 64n, Math.min(bits, 64)),
    upper(client & ((1n << 64n) - 1n), Math.max(bits - 64, 0)),
  ])
}

/** Prefixes whose connections are not all paid for: of so many the datapath can keep count at one time. */
export function countedPrefixes(maps: LbMaps, time: number): number {
  if (!hasLimits(maps)) return 0
  const { words } = maps.rates
  let live = 0
  for (let at = 0; at < words.length; at += 2) {
    const lead = (words[at + 1]! - time) >>> 0
    if (words[at] !== 0 && lead > 0 && lead <= RATE_LEAD_MAX) live++
  }
  return live
}

function hasLimits({ services }: LbMaps): boolean {
  for (let id = 1; id < services.entries; id++)
    if (services.words[id * SERVICE_WORDS + SERVICE.limit] !== 0) return true
  return false
}
