import { openLbXdp } from '@skep/datapath/lb-xdp'
import { EARLY_WARNING_PERCENT } from '@skep/lb-maps'
import type { Capacity } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { mapSizes } from '@skep/lb-engine'

/** What an installation shall hold. */
export interface PlanRequest {
  /** Frontends: address, port and protocol. */
  readonly services: number
  /** Counted once for each frontend of their family. */
  readonly backends: number
  /** At one time. */
  readonly connections: number
  /** Flows to remember at one time while slots change hands. */
  readonly records: number
  /** Prefixes in source ranges, counted once for each frontend. */
  readonly sourceRanges: number
  /** Client prefixes whose new connections are counted at one time. */
  readonly rateLimitedClients: number
}

/** A map as it would be made. */
export interface PlannedMap {
  /** As `bpftool map` shows it. */
  readonly map: string
  readonly type: string
  readonly entries: number
  /** Of one entry, on all CPUs where each has its own. */
  readonly bytesEach: number
  readonly bytes: number
  /** The capacities that decide its size. */
  readonly setBy: readonly (keyof Capacity)[]
}

/** What would be installed. */
export interface InstallPlan {
  readonly asked: PlanRequest
  /** What to write as `spec.capacity`. */
  readonly capacity: Capacity
  readonly cpus: number
  readonly maps: readonly PlannedMap[]
  readonly bytes: number
}

/** Sizes the maps of the datapath's object. Nothing is loaded; no privilege is needed. */
export function planInstall(asked: PlanRequest, cpus: number): InstallPlan {
  const capacity = {
    services: withRoom(asked.services),
    backends: withRoom(asked.backends),
    connections: Math.max(1024, asked.connections),
    records: Math.max(1024, asked.records),
    sourceRanges: Math.max(16, withRoom(asked.sourceRanges)),
    rateLimitedClients: Math.max(1024, asked.rateLimitedClients),
    fragments: smallest.capacity.fragments,
  }
  const maps = plannedMaps(capacity, cpus)
  return { asked, capacity, cpus, maps, bytes: maps.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Gauges are to stay below their warning. That of connections does anyway: their table is at most half full. */
function withRoom(number: number): number {
  return Math.max(1, Math.ceil((number * 100) / EARLY_WARNING_PERCENT))
}

function plannedMaps(capacity: Capacity, cpus: number): PlannedMap[] {
  using object = openLbXdp()
  const sizes = sizesFor(capacity)
  const keys = Object.keys(capacity) as (keyof Capacity)[]
  const grown = keys.map((key) => ({ key, sizes: sizesFor({ ...capacity, [key]: 4 * capacity[key] }) }))
  return Object.entries(object.maps).map(([key, { name, type, valueSize, maxEntries }]) => {
    const entries = sizes[key] ?? maxEntries
    const bytesEach = valueSize * (type.startsWith('percpu') ? cpus : 1)
    const setBy = grown.filter((one) => one.sizes[key] !== sizes[key]).map((one) => one.key)
    return { map: name, type, entries, bytesEach, bytes: entries * bytesEach, setBy }
  })
}

const smallest = parseConfig('', 'apiVersion: skep.dev/v1\nkind: LoadBalancer\nspec: { devices: [eth0], services: [] }')

function sizesFor(capacity: Capacity): Readonly<Record<string, number>> {
  return mapSizes({ ...smallest, capacity })
}
