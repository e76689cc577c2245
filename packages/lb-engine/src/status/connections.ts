import { type LbConfig, natEntryCodec, natEntryOffsets as at, SourceIndex } from '@skep/datapath/lb-xdp'
import { type NatMaps, NatTable } from './nat-table.ts'

/** Connections by what their packets made of them. */
export interface ConnectionCounts {
  readonly opening: number
  readonly established: number
  /** One side has ended. */
  readonly closing: number
  /** Reset, or ended by both sides not long ago. */
  readonly closed: number
}

/** The connections' table, looked through once. */
export interface Connections extends ConnectionCounts {
  /** Entries that are in use. Others wait to be taken over, and are as good as free. */
  readonly live: number
  readonly size: number
  /** In use in the fullest line, of 8. */
  readonly fullestLine: number
  /** Most NAT ports in use from one own address towards one backend. */
  readonly mostPorts: number
}

const LINE_BYTES: number = 8 * natEntryCodec.size

/** The names of the states, by number; ends of both sides are one. */
export const connectionStates = ['claimed', 'opening', 'established', 'closing', 'closed', 'closed'] as const
export type ConnectionState = (typeof connectionStates)[number]

/** Looks through the table. `jiffies`: the kernel's, now. */
export function readConnections(maps: NatMaps, config: LbConfig, jiffies?: bigint): Connections {
  using table = new NatTable(maps, config, jiffies)
  const counts = { claimed: 0, opening: 0, established: 0, closing: 0, closed: 0 }
  const ports = new Map<string, number>()
  let [live, line, inLine, fullestLine] = [0, -1, 0, 0]
  for (const entry of table.live()) {
    live++
    counts[connectionStates[table.state(entry)] ?? 'closed']++
    if (table.view.getUint16(entry + at.source, true) !== SourceIndex.SOURCE_CLIENT)
      increment(ports, pairOf(table.view, entry))
    const own = Math.floor(entry / LINE_BYTES)
    inLine = own === line ? inLine + 1 : 1
    line = own
    fullestLine = Math.max(fullestLine, inLine)
  }
  const { claimed: _claimed, ...states } = counts
  const mostPorts = ports.values().reduce((most, used) => Math.max(most, used), 0)
  return { ...states, live, size: table.size, fullestLine, mostPorts }
}

/** Own address and backend: what shares a range of ports. */
function pairOf(view: DataView, entry: number): string {
  const word = (offset: number) => view.getUint32(entry + offset, true)
  const backend = [0, 4, 8, 12].map((offset) => word(at.backend + offset)).join(' ')
  return `${word(at.source)} ${backend} ${view.getUint16(entry + at.backendPort)} ${view.getUint8(entry + at.protocol)}`
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
