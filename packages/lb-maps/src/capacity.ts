import type { Actual } from './actual.ts'
import type { LbMaps } from './maps.ts'
import type { Capacities } from './sizing.ts'
import { shapes } from './bucket.ts'
import { MEMBER_LINE_IDS, RANGE_LINE_BOUNDS, RECORD_LINE_WORDS, RING_LINE_SLOTS } from './layout.ts'

/** From this fill on a gauge warns. */
export const EARLY_WARNING_PERCENT = 80

/** How full a bounded table is. */
export interface Gauge {
  /** The map, as `bpftool map` names it. */
  readonly map: string
  /** What is counted: entries unless the name says more. */
  readonly unit: 'keys' | 'services' | 'slots' | 'numbers' | 'members' | 'addresses' | 'records' | 'bounds'
  readonly used: number
  readonly size: number
  readonly percent: number
  /** At least EARLY_WARNING_PERCENT full. */
  readonly warning: boolean
  /** What to raise when it gets full. */
  readonly option: keyof Capacities
}

type Figures = Pick<Gauge, 'map' | 'unit' | 'used' | 'size' | 'option'>

/** What has a fill: the state of the maps, or of a plan. */
export type Filled = Pick<
  Actual,
  'serviceIds' | 'memberIds' | 'rings' | 'memberLines' | 'records' | 'ranges' | 'sources' | 'keys'
> & {
  readonly maps: LbMaps
}

/** One gauge for every bounded table that this package fills. */
export function capacity(filled: Filled): Gauge[] {
  return figures(filled).map(withPercent)
}

function withPercent(gauge: Figures): Gauge {
  const percent = gauge.size === 0 ? 100 : (100 * gauge.used) / gauge.size
  return { ...gauge, percent, warning: percent >= EARLY_WARNING_PERCENT }
}

function figures({
  maps,
  serviceIds,
  memberIds,
  rings,
  memberLines,
  records,
  ranges,
  sources,
  keys,
}: Filled): Figures[] {
  const tables = shapes.map(({ table, keys: perBucket }): Figures => {
    return { map: table, unit: 'keys', used: keys[table], size: maps[table].entries * perBucket, option: 'services' }
  })
  return [
    ...tables,
    { map: 'services', unit: 'services', used: serviceIds.used, size: serviceIds.size - 1, option: 'services' },
    { map: 'members', unit: 'members', used: memberIds.used, size: memberIds.size - 1, option: 'backends' },
    {
      map: 'member_ids',
      unit: 'numbers',
      used: memberLines.used * MEMBER_LINE_IDS,
      size: memberLines.lines * MEMBER_LINE_IDS,
      option: 'backends',
    },
    {
      map: 'rings',
      unit: 'slots',
      used: rings.used * RING_LINE_SLOTS,
      size: rings.lines * RING_LINE_SLOTS,
      option: 'ringSlots',
    },
    {
      map: 'records',
      unit: 'records',
      used: records.used * RECORD_LINE_WORDS,
      size: records.lines * RECORD_LINE_WORDS,
      option: 'records',
    },
    {
      map: 'ranges',
      unit: 'bounds',
      used: ranges.used * RANGE_LINE_BOUNDS,
      size: ranges.lines * RANGE_LINE_BOUNDS,
      option: 'sourceRanges',
    },
    { map: 'sources', unit: 'addresses', used: sources.size, size: maps.sources.entries - 1, option: 'sources' },
  ]
}

/** Why something does not fit, and which option to raise. */
export function fullMessage(filled: Filled, map: string, asked: string): string {
  const gauge = capacity(filled).find((one) => one.map === map)
  if (!gauge) throw new Error(`no gauge for ${map}`)
  const { used, size, unit, option } = gauge
  return `no room for ${asked}: ${used} of ${size} ${unit} in ${map} are taken; raise capacities.${option}`
}
