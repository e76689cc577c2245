import { count } from '@skep/config-file'
import { cells, type Column, titles } from '../get/format.ts'
import { table } from '@skep/terminal'
import type { BackendReport, ServiceReport } from './service.ts'

const columns: readonly Column<BackendReport>[] = [
  { title: 'BACKEND', of: ({ backend }) => backend },
  { title: 'WEIGHT', of: ({ weight }) => weight },
  { title: 'HEALTH', of: ({ health }) => health },
  { title: 'SLOTS', of: ({ slots }) => slots },
  { title: 'CONNECTIONS', of: ({ connections }) => connections },
  { title: 'RECORDED', of: ({ flows }) => flows },
  { title: 'WHY', of: ({ why }) => why },
]

/** Services for people. */
export function formatServices(reports: readonly ServiceReport[]): string {
  return reports.map(formatService).join('\n\n')
}

function formatService(report: ServiceReport): string {
  const { id, name, frontend, health, backends, ranges, rateLimit, bgp } = report
  const rows = backends.map((backend) => cells(backend, columns, 'table'))
  return [
    `${name === null ? '' : `${name} `}${frontend} (id ${id}): ${describeRing(report)}, ${count(backends.length, 'backend')}`,
    ...(ranges === null ? [] : [`  admits clients of ${count(ranges, 'source range')} only`]),
    ...(rateLimit === null ? [] : [`  new connections are limited to ${rateLimit} of clients`]),
    ...(bgp === null ? [] : [`  ${bgp}`]),
    ...(health === null ? ['  not checked'] : [`  ${health}`]),
    ...(rows.length === 0 ? [] : table([titles(columns, 'table'), ...rows]).map((line) => `  ${line}`)),
  ].join('\n')
}

function describeRing({ ring: { slots, moving }, mode, algorithm, affinity, records }: ServiceReport): string {
  const way = [mode, algorithm, ...(affinity ? ['session affinity'] : [])].join(', ')
  if (slots === 0) return `${way}, no ring, for no backend may get connections: new ones are dropped`
  const moves = moving > 0 ? `, of which ${moving} change hands` : ''
  return `${way}, a ring of ${slots} slots${moves}${records > 0 ? `, room for ${records} records` : ''}`
}
