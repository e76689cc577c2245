import { render, type Column } from '../get/format.ts'
import type { Format } from '../get/formats.ts'
import { stringify } from 'yaml'
import { count } from '@skep/config-file'
import type { InstallPlan, PlannedMap } from './plan.ts'

const columns: readonly Column<PlannedMap>[] = [
  { title: 'MAP', of: ({ map }) => map },
  { title: 'TYPE', of: ({ type }) => type },
  { title: 'ENTRIES', of: ({ entries }) => entries },
  { title: 'BYTES EACH', of: ({ bytesEach }) => bytesEach },
  { title: 'MEMORY', of: ({ bytes }) => formatBytes(bytes) },
  { title: 'SET BY', of: ({ setBy }) => setBy.join(', ') || 'nothing: it is fixed' },
]

/** A plan as text: the maps, their sum, and what to write into the configuration. */
export function formatPlan(plan: InstallPlan, format: Format): string {
  if (format === 'json') return JSON.stringify(plan, undefined, 2)
  if (format === 'yaml') return stringify(plan).trimEnd()
  const { asked, capacity, cpus, maps, bytes } = plan
  return [
    `${count(asked.services, 'frontend')}, ${count(asked.backends, 'backend')}, ${count(asked.connections, 'connection')}, ${count(asked.records, 'record')}, ${count(asked.sourceRanges, 'prefix', 'prefixes')} of source ranges, ${count(asked.rateLimitedClients, 'rate-limited client')}; ${count(cpus, 'CPU')}`,
    '',
    render(maps, columns, format),
    '',
    `together: ${formatBytes(bytes)} of kernel memory, taken when it starts, however little is in the tables`,
    '',
    'to write into the configuration (services and backends with a quarter more, so that no gauge warns):',
    'spec:',
    `  capacity: { services: ${capacity.services}, backends: ${capacity.backends}, connections: ${capacity.connections}, records: ${capacity.records}, sourceRanges: ${capacity.sourceRanges}, rateLimitedClients: ${capacity.rateLimitedClients}, fragments: ${capacity.fragments} }`,
  ].join('\n')
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** `512 B`, `1.5 KB`, `12 MB`: in steps of 1024. */
export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** step
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${units[step]}`
}
