import type { ServiceTable } from './table/table.ts'

/** From this fill on a gauge warns. */
export const EARLY_WARNING_PERCENT = 80

/** How full something bounded is. */
export interface Gauge {
  readonly name: 'backend-ids' | 'backends' | 'frontends' | 'members'
  readonly used: number
  readonly size: number
  readonly percent: number
  /** At least EARLY_WARNING_PERCENT full. */
  readonly warning: boolean
  /** What to raise when it gets full. */
  readonly option: string
}

/** What the datapath's maps have room for. */
export interface Rooms {
  readonly backends?: number
  readonly frontends?: number
  /** Backends, counted once for each frontend that has them. */
  readonly members?: number
}

/** One gauge for the ids, and for each table whose size is given. */
export function capacity(table: ServiceTable, rooms: Rooms = {}): Gauge[] {
  let [frontends, members] = [0, 0]
  for (const frontend of table.frontends()) {
    frontends++
    members += frontend.members.length
  }
  const used = { backends: table.backendCount, frontends, members }
  const ids = gauge('backend-ids', table.ids.used, table.ids.size)
  const given = (['backends', 'frontends', 'members'] as const).filter((name) => rooms[name] !== undefined)
  return [ids, ...given.map((name) => gauge(name, used[name], rooms[name]!))]
}

function gauge(name: Gauge['name'], used: number, size: number): Gauge {
  const percent = size === 0 ? 100 : (100 * used) / size
  return { name, used, size, percent, warning: percent >= EARLY_WARNING_PERCENT, option: 'bpf-lb-map-max' }
}
