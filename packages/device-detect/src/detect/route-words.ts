import { routeTables } from 'netlink-ts'
import type { RouteSummary } from '../snapshot/types.ts'

const families = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

/** What routes a device has, in words: `default route (IPv4), 10.1.0.0/16 and 3 more (IPv6)`. */
export function routeWords(routes: readonly RouteSummary[]): string {
  return routes.map(inFamily).join('; ')
}

function inFamily({ family, count, example, default: way }: RouteSummary): string {
  const first = way ? 'a default route' : `a route to ${example.destination}`
  const table = tableWords(way?.table ?? example.table)
  const more = count > 1 ? ` and ${count - 1} more` : ''
  return `${first}${table}${more} (${families[family]})`
}

function tableWords(table: number): string {
  if (table === routeTables.main) return ''
  return table === routeTables.default ? ' in table default' : ` in table ${table}`
}
