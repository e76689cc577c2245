import {
  BUCKET4,
  BUCKET6,
  MEMBER_LINE_IDS,
  MEMBERS_PER_SERVICE,
  RANGE_LINE_BOUNDS,
  RATE_LINE_WORDS,
  RECORD_LINE_WORDS,
  RING_LINE_SLOTS,
} from './layout.ts'
import { entryBytes, tableNames, type TableSizes } from './maps.ts'
import { ringSizeFor } from './ring-size.ts'

/** What an installation shall be able to hold. The maps' memory is taken when they are made, so ask for what is needed. */
export interface Capacities {
  /** Frontends: address, port and protocol. */
  readonly services: number
  /** Backends, counted once for every frontend of their service. */
  readonly backends: number
  /** Slots of all rings together; left out, what services with so many backends need. */
  readonly ringSlots?: number
  /** Own addresses towards backends. */
  readonly sources?: number
  /** Connections with translated source at one time. */
  readonly connections?: number
  /** Flows remembered while slots of their services change hands (DSR), or for good (random choice). */
  readonly records?: number
  /** Prefixes in all services' source ranges together, counted once for every frontend. */
  readonly sourceRanges?: number
  /** Client prefixes whose rates are counted at one time. */
  readonly rateLimitedClients?: number
  /** Packets in fragments on their way at one time, of which each fragment has to find the first. */
  readonly fragments?: number
}

export const defaultCapacities: Required<Omit<Capacities, 'ringSlots'>> = {
  services: 4096,
  backends: 16384,
  sources: 63,
  connections: 262144,
  records: 262144,
  sourceRanges: 16384,
  rateLimitedClients: 65536,
  fragments: 4096,
}

/** What the datapath is loaded with: entries by map, and the masks of its configuration. */
export interface Sizing {
  readonly tables: TableSizes
  /** Entries of the maps that this package leaves to the datapath. */
  readonly natLines: number
  readonly natEntries: number
  readonly hops: number
  readonly fragments: number
  readonly masks: {
    readonly services4: number
    readonly services6: number
    readonly nat: number
    readonly hops: number
    readonly rates: number
    readonly fragments: number
  }
  /** Kernel memory that the maps take, in bytes, without per-CPU counters. */
  readonly bytes: number
}

const NAT_LINE_WORDS = 8
/** Next hops that the datapath remembers. */
const HOPS = 1024
const FRAGMENT_BYTES = 128
/** Devices above others: two tables, see bpf/include/maps/layers.h. */
const LAYER_BYTES = 2 * 1024 * 64

/**
 * Map sizes and masks for a capacity. Hash tables are at most half full then, so that keys find their places.
 */
export function sizeMaps(capacities: Partial<Capacities> = {}): Sizing {
  const { services, backends, sources, connections, records, sourceRanges, rateLimitedClients, fragments } = {
    ...defaultCapacities,
    ...capacities,
  }
  const slots = capacities.ringSlots ?? slotsFor(services, backends)
  const keys = 2 * services + sources
  const tables: TableSizes = {
    services4: powerOfTwo((2 * keys) / BUCKET4.keys),
    services6: powerOfTwo((2 * keys) / BUCKET6.keys),
    services: services + 1,
    rings: Math.ceil(slots / RING_LINE_SLOTS),
    moves: Math.ceil(slots / RING_LINE_SLOTS),
    memberIds: services + memberLinesFor(backends),
    members: backends + 1,
    sources: sources + 1,
    records: powerOfTwo((2 * records) / RECORD_LINE_WORDS),
    // Two bounds a prefix; a list that changes is made beside the old one, and blocks are powers of two.
    ranges: powerOfTwo((8 * sourceRanges) / RANGE_LINE_BOUNDS),
    rates: powerOfTwo((2 * rateLimitedClients) / RATE_LINE_WORDS),
  }
  const natLines = powerOfTwo((2 * connections) / NAT_LINE_WORDS)
  const fragmentLines = powerOfTwo(2 * fragments)
  return {
    tables,
    natLines,
    natEntries: natLines * NAT_LINE_WORDS,
    hops: HOPS,
    fragments: fragmentLines,
    masks: {
      services4: tables.services4 - 1,
      services6: tables.services6 - 1,
      nat: natLines - 1,
      hops: HOPS - 1,
      rates: tables.rates - 1,
      fragments: fragmentLines - 1,
    },
    bytes:
      bytesOf(tables) +
      natLines * (2 * 64 + NAT_LINE_WORDS * 64) +
      32 * HOPS +
      FRAGMENT_BYTES * fragmentLines +
      LAYER_BYTES,
  }
}

/** Up to so many slots there is room for the worst spread of backends over services; beyond, for an average one. */
const SLOTS_FOR_ANY_SPREAD = 2 ** 23

/**
 * A ring has 1024 slots, or 100 to 400 a backend, as {@link ringSizeFor} has it. And there is room for the largest a second time: a
 * ring of another size is made beside the one that it takes the place of.
 */
function slotsFor(services: number, backends: number): number {
  const largest = ringSizeFor(Math.min(backends, MEMBERS_PER_SERVICE))
  const forBackends = Math.max(256 * backends, Math.min(400 * backends, SLOTS_FOR_ANY_SPREAD))
  return largest + Math.min(services * largest, ringSizeFor(0) * services + forBackends)
}

/** A block has up to twice as many numbers as members, and one that grows is made anew beside the old one. */
function memberLinesFor(backends: number): number {
  const largest = powerOfTwo((Math.min(backends, MEMBERS_PER_SERVICE) + 1) / MEMBER_LINE_IDS)
  return Math.ceil((2 * backends) / MEMBER_LINE_IDS) + largest
}

function bytesOf(tables: TableSizes): number {
  return tableNames.reduce((sum, name) => sum + entryBytes[name] * tables[name], 0)
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)))
}
