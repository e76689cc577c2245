import { natEntryCodec } from '@skep/datapath/lb-xdp'
import { type Actual, capacity, EARLY_WARNING_PERCENT, openMaps, readActual, type Gauge } from '@skep/lb-maps'
import type { InstalledProgram } from '../datapath/installed.ts'
import { mapTable } from './mapped.ts'
import type { GaugeStatus } from './status.ts'
import type { Tables } from './tables.ts'

const WORDS_PER_LINE = 8
const BUSY = 1n << 63n
const settings: Readonly<Partial<Record<Gauge['option'], string>>> = {
  services: 'spec.capacity.services',
  backends: 'spec.capacity.backends',
  ringSlots: 'spec.capacity.backends',
}

/** How full each bounded table is, and the range of NAT ports. */
export function readGauges(tables: Tables, program: InstalledProgram | undefined): GaugeStatus[] {
  return [...(program === undefined ? [] : serviceGauges(tables, program)), ...readNatGauges(tables, program)]
}

/** How full the connections' tables are. */
export function readNatGauges(
  tables: Pick<Tables, 'natFlows' | 'natEntries'>,
  program: InstalledProgram | undefined,
): GaugeStatus[] {
  using mapped = tables.natFlows.mmap()
  const words = new BigUint64Array(mapped.buffer)
  const used = words.reduce((count, word) => count + (word === 0n ? 0 : 1), 0)
  const line = { used: fullestLine(words), size: WORDS_PER_LINE }
  return [
    gauge('connections', { used, size: words.length }, 'spec.capacity.connections'),
    // One full line is no trouble: a connection may stand in either of two.
    { ...gauge('fullest line of connections', line, 'spec.capacity.connections'), warning: false },
    ...(program === undefined
      ? []
      : [gauge('NAT ports towards the busiest backend', ports(tables, words, program), 'spec.snat.portRange')]),
  ]
}

/** How full the services' tables are. */
export function actualGauges(actual: Actual): GaugeStatus[] {
  return capacity(actual).map(({ map, unit, used, size, option }) =>
    gauge(`${map} (${unit})`, { used, size }, settings[option] ?? 'nothing: it is fixed'),
  )
}

function serviceGauges(tables: Tables, { key0, key1 }: InstalledProgram): GaugeStatus[] {
  using maps = openMaps(tables, { key0, key1 })
  return actualGauges(readActual(maps))
}

/** What an operator reads of a gauge that warns. */
export function describeGauge({ name, used, size, percent, setting }: GaugeStatus): string {
  return `${name}: ${used} of ${size} (${percent} %); raise ${setting}`
}

function fullestLine(words: BigUint64Array): number {
  let most = 0
  for (let line = 0; line < words.length; line += WORDS_PER_LINE) {
    let count = 0
    for (let at = line; at < line + WORDS_PER_LINE; at++) if (words[at] !== 0n) count++
    most = Math.max(most, count)
  }
  return most
}

/** A port can be used once towards each backend from each own address: only the busiest pair can run out. */
function ports(
  { natEntries }: Pick<Tables, 'natEntries'>,
  words: BigUint64Array,
  { from, to }: InstalledProgram,
): { used: number; size: number } {
  using entries = mapTable(natEntries, natEntryCodec)
  const counts = new Map<string, number>()
  for (const word of words) {
    if (word === 0n || (word & BUSY) !== 0n) continue
    const { source, backend, backendPort, protocol } = entries.read(Number(word >> 32n))
    const key = `${source} ${backend.join(' ')} ${backendPort} ${protocol}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return { used: Math.max(0, ...counts.values()), size: to - from + 1 }
}

function gauge(name: string, { used, size }: { used: number; size: number }, setting: string): GaugeStatus {
  const percent = size === 0 ? 0 : Math.round((1000 * used) / size) / 10
  return { name, used, size, percent, warning: percent >= EARLY_WARNING_PERCENT, setting }
}
