import type { LbConfig } from '@skep/datapath/lb-xdp'
import {
  type Actual,
  capacity,
  countedPrefixes,
  EARLY_WARNING_PERCENT,
  type LbMaps,
  rateTime,
  readActual,
  type Gauge,
} from '@skep/lb-maps'
import { type SettingName, specTerms, type Terms } from '../model/terms.ts'
import type { Connections } from './connections.ts'
import type { Fragments } from './fragments.ts'
import type { GaugeStatus } from './types.ts'

const settings: Readonly<Partial<Record<Gauge['option'], SettingName>>> = {
  services: 'capacity.services',
  backends: 'capacity.backends',
  ringSlots: 'capacity.backends',
  records: 'capacity.records',
  sourceRanges: 'capacity.sourceRanges',
}

/** What gauges are read from. */
export interface Gauged {
  readonly maps: LbMaps
  readonly connections: Connections
  readonly fragments: Fragments
  readonly config: LbConfig
}

/** How full each bounded table is, and the range of NAT ports. */
export function readGauges({ maps, connections, fragments, config }: Gauged): GaugeStatus[] {
  const packets = [fragmentGauge(fragments), ...natGauges(connections, config)]
  return [...actualGauges(readActual(maps)), rateGauge(maps), ...packets]
}

/** Packets whose fragments may still follow. Where there is no room for more, older ones give way. */
export function fragmentGauge(fragments: Fragments, terms: Terms = specTerms): GaugeStatus {
  return gauge('packets in fragments', fragments, terms.setting('capacity.fragments'))
}

/** How full the connections' tables are. */
export function natGauges(
  connections: Connections,
  { natPortMin, natPortMax }: LbConfig,
  terms: Terms = specTerms,
): GaugeStatus[] {
  const room = terms.setting('capacity.connections')
  const { live, size, fullestLine, mostPorts } = connections
  const ports = { used: mostPorts, size: natPortMax - natPortMin + 1 }
  return [
    gauge('connections', { used: live, size }, room),
    // One full line is no trouble: a connection may stand in either of two.
    { ...gauge('fullest line', { used: fullestLine, size: 8 }, room), warning: false },
    gauge('NAT ports towards the busiest backend', ports, terms.setting('snat.portRange')),
  ]
}

/** Clients whose connections are not paid for yet. More than there is room for are served, but counted less exactly. */
export function rateGauge(maps: LbMaps): GaugeStatus {
  const size = maps.rates.entries * 4 // half of the words of its lines
  const figures = { used: countedPrefixes(maps, rateTime()), size }
  return gauge('rate limited clients', figures, specTerms.setting('capacity.rateLimitedClients'))
}

/** How full the services' tables are. */
export function actualGauges(actual: Actual, terms: Terms = specTerms): GaugeStatus[] {
  return capacity(actual).map(({ map, unit, used, size, option }) => {
    const setting = settings[option]
    return gauge(`${map} (${unit})`, { used, size }, setting ? terms.setting(setting) : 'nothing: it is fixed')
  })
}

/** What an operator reads of a gauge that warns. */
export function describeGauge({ name, used, size, percent, setting }: GaugeStatus): string {
  return `${name}: ${used} of ${size} (${percent} %); raise ${setting}`
}

/** How full something bounded is. `setting`: what makes it larger. */
export function gauge(name: string, { used, size }: { used: number; size: number }, setting: string): GaugeStatus {
  const percent = size === 0 ? 0 : Math.round((1000 * used) / size) / 10
  return { name, used, size, percent, warning: percent >= EARLY_WARNING_PERCENT, setting }
}
