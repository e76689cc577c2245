import type { GaugeStatus } from './status.ts'
import type { Tables } from './tables.ts'

const WARNING_PERCENT = 80
const BUCKET_BYTES = 64

/** How full each bounded table is. */
export function readGauges(tables: Tables): GaugeStatus[] {
  const used = (name: 'services' | 'members') => {
    const table = tables.table(name)
    let count = 0
    for (let id = 1; id < table.entries; id++) if (table.read(id).family !== 0) count++
    return { used: count, size: table.entries - 1 }
  }
  return [
    gauge('services', used('services'), 'spec.capacity.services'),
    gauge('backends', used('members'), 'spec.capacity.backends'),
    gauge('connections', connections(tables), 'spec.capacity.connections'),
    gauge('busiest line of connections', busiestLine(tables), 'spec.capacity.connections'),
  ]
}

/** A word that is not 0 holds a connection, or one that has ended and waits to be taken over. */
function connections(tables: Tables): { used: number; size: number } {
  const words = new BigUint64Array(tables.table('nat_flows').buffer)
  return { used: words.reduce((count, word) => count + (word === 0n ? 0 : 1), 0), size: words.length }
}

/** A connection finds no place when both lines that it may stand in are full. */
function busiestLine(tables: Tables): { used: number; size: number } {
  const words = new BigUint64Array(tables.table('nat_flows').buffer)
  const perLine = BUCKET_BYTES / words.BYTES_PER_ELEMENT
  let most = 0
  for (let line = 0; line < words.length; line += perLine) {
    let count = 0
    for (let at = line; at < line + perLine; at++) if (words[at] !== 0n) count++
    most = Math.max(most, count)
  }
  return { used: most, size: perLine }
}

function gauge(name: string, { used, size }: { used: number; size: number }, setting: string): GaugeStatus {
  const percent = Math.round((1000 * used) / size) / 10
  return { name, used, size, percent, warning: percent >= WARNING_PERCENT, setting }
}
