import { formatBytes } from '../plan/format.ts'
import { table } from '@skep/terminal'
import type { Rated, Rates } from './rates.ts'
import type { Item } from './sample.ts'
import { keyHelp, type Sort, type TopState } from './state.ts'

/** How many lines and columns there are. */
export interface Size {
  readonly rows: number
  readonly columns: number
}

const orders: Readonly<Record<Sort, (a: Rated<Item>, b: Rated<Item>) => number>> = {
  packets: (a, b) => b.packetsPerSecond - a.packetsPerSecond || b.packets - a.packets,
  bytes: (a, b) => b.bytesPerSecond - a.bytesPerSecond || b.bytes - a.bytes,
  connections: (a, b) => b.connections - a.connections,
  name: () => 0,
}

const titles: Readonly<Record<Sort, string>> = {
  packets: 'PACKETS/S',
  bytes: 'BYTES/S',
  connections: 'CONNECTIONS',
  name: 'SERVICE',
}

/** A screen full: totals, outcomes, and as many rows as there is room for. No line is longer than the screen. */
export function screenLines(rates: Rates, state: TopState, title: string, size: Size): string[] {
  const rows = sorted(rates[state.view], state)
  const head = [title, totals(rates), verdictLine(rates), '']
  const room = Math.max(0, size.rows - head.length - 3)
  const offset = Math.min(state.offset, Math.max(0, rows.length - room))
  const shown = rows.slice(offset, offset + room)
  const range = rows.length > room ? `${state.view} ${offset + 1}–${offset + shown.length} of ${rows.length}` : ''
  return [...head, ...rowLines(shown, state), range, keyHelp].map((line) => clipped(line, size.columns))
}

/** Everything, once, for what is no terminal. */
export function report(rates: Rates, title: string): string {
  const section = (view: TopState['view']) =>
    rowLines(sorted(rates[view], { sort: 'packets', reverse: false }), { view, sort: 'packets' })
  return [title, totals(rates), '', ...section('services'), '', ...section('backends'), '', ...verdictRows(rates)].join(
    '\n',
  )
}

/** `0`, `12`, `3.4k`, `1.2M`: in steps of 1000. */
export function formatRate(rate: number): string {
  const step = [
    { from: 999_500_000, by: 1e9, unit: 'G' },
    { from: 999_500, by: 1e6, unit: 'M' },
    { from: 999.5, by: 1e3, unit: 'k' },
  ].find(({ from }) => rate >= from)
  if (step === undefined) return rate > 0 && rate < 9.95 ? rate.toFixed(1) : rate.toFixed(0)
  const value = rate / step.by
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)}${step.unit}`
}

function sorted(rows: readonly Rated<Item>[], { sort, reverse }: Pick<TopState, 'sort' | 'reverse'>): Rated<Item>[] {
  const byName = (a: Rated<Item>, b: Rated<Item>) => compare(a.service, b.service) || compare(a.address, b.address)
  const order = rows.toSorted((a, b) => orders[sort](a, b) || byName(a, b))
  return reverse ? order.toReversed() : order
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function rowLines(rows: readonly Rated<Item>[], { view, sort }: Pick<TopState, 'view' | 'sort'>): string[] {
  const mark = (of: Sort) => `${titles[of]}${of === sort ? '*' : ''}`
  const where = view === 'services' ? ['FRONTEND'] : ['BACKEND', 'SHARE']
  return table([
    [mark('name'), ...where, mark('packets'), mark('bytes'), mark('connections')],
    ...rows.map((row) => [
      row.service,
      row.address,
      ...(view === 'services' ? [] : [`${(100 * (row.share ?? 0)).toFixed(1)} %`]),
      formatRate(row.packetsPerSecond),
      formatBytes(row.bytesPerSecond),
      String(row.connections),
    ]),
  ])
}

function totals({ packetsPerSecond, bytesPerSecond, connections }: Rates): string {
  return `to backends: ${formatRate(packetsPerSecond)} packets/s, ${formatBytes(bytesPerSecond)}/s; ${connections} connections`
}

function verdictLine({ verdicts }: Rates): string {
  const moving = verdicts.filter((one) => one.packetsPerSecond > 0)
  const parts = moving
    .toSorted((a, b) => b.packetsPerSecond - a.packetsPerSecond)
    .map(({ key, packetsPerSecond }) => `${key} ${formatRate(packetsPerSecond)}/s`)
  return parts.length === 0 ? 'no packets' : parts.join('  ')
}

function verdictRows({ verdicts }: Rates): string[] {
  const seen = verdicts.filter(({ packets }) => packets > 0)
  const rows = seen.map(({ key, packetsPerSecond, packets }) => [key, formatRate(packetsPerSecond), String(packets)])
  return table([['VERDICT', 'PACKETS/S', 'PACKETS'], ...rows])
}

function clipped(line: string, columns: number): string {
  return line.length > columns ? line.slice(0, columns) : line
}
