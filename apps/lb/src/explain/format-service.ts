import { count } from '../config/problem.ts'
import { cells, type Column, titles } from '../get/format.ts'
import { table } from '../status/table.ts'
import type { BackendReport, ServiceReport } from './service.ts'

const columns: readonly Column<BackendReport>[] = [
  { title: 'BACKEND', of: ({ backend }) => backend },
  { title: 'WEIGHT', of: ({ weight }) => weight },
  { title: 'HEALTH', of: ({ health }) => health },
  { title: 'SLOTS', of: ({ slots }) => slots },
  { title: 'CONNECTIONS', of: ({ connections }) => connections },
  { title: 'WHY', of: ({ why }) => why },
]

/** Services for people. */
export function formatServices(reports: readonly ServiceReport[]): string {
  return reports.map(formatService).join('\n\n')
}

function formatService({ id, name, frontend, algorithm, ring, health, backends }: ServiceReport): string {
  const rows = backends.map((backend) => cells(backend, columns, 'table'))
  return [
    `${name === null ? '' : `${name} `}${frontend} (id ${id}): ${describeRing(ring, algorithm)}, ${count(backends.length, 'backend')}`,
    ...(health === null ? ['  not checked'] : [`  ${health}`]),
    ...(rows.length === 0 ? [] : table([titles(columns, 'table'), ...rows]).map((line) => `  ${line}`)),
  ].join('\n')
}

function describeRing({ slots }: ServiceReport['ring'], algorithm: string | null): string {
  if (slots === 0) return 'no ring, for no backend may get connections: new ones are dropped'
  return `${algorithm === null ? '' : `${algorithm}, `}a ring of ${slots} slots`
}
