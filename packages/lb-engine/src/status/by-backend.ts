import { type LbConfig, natEntryOffsets as at, NatState } from '@skep/datapath/lb-xdp'
import { addressFromBytes, formatAddress } from '@skep/packet'
import { type NatMaps, NatTable } from './nat-table.ts'

/** Connections that are translated, of a backend. */
export interface BackendConnections {
  readonly protocol: 'TCP' | 'UDP'
  readonly address: string
  readonly port: number
  /** Those that have not ended on both sides. */
  readonly connections: number
}

const TCP = 6
const AF_INET = 2

/** Looks through the whole table, and counts by backend. `jiffies`: the kernel's, now. */
export function connectionsByBackend(maps: NatMaps, config: LbConfig, jiffies?: bigint): BackendConnections[] {
  using table = new NatTable(maps, config, jiffies)
  const counts = new Map<string, { readonly entry: number; connections: number }>()
  for (const entry of table.live()) {
    if (table.state(entry) > NatState.NAT_CLOSING) continue
    const key = keyOf(table.view, entry)
    const known = counts.get(key)
    if (known) known.connections++
    else counts.set(key, { entry, connections: 1 })
  }
  return [...counts.values()].map(({ entry, connections }) => ({ ...backendOf(table.view, entry), connections }))
}

function keyOf(view: DataView, entry: number): string {
  const words = [0, 4, 8, 12].map((offset) => view.getUint32(entry + at.backend + offset))
  return `${words.join(' ')} ${view.getUint16(entry + at.backendPort)} ${view.getUint8(entry + at.protocol)}`
}

function backendOf(view: DataView, entry: number): Omit<BackendConnections, 'connections'> {
  const length = view.getUint8(entry + at.family) === AF_INET ? 4 : 16
  const bytes = new Uint8Array(view.buffer, view.byteOffset + entry + at.backend, length).slice()
  return {
    protocol: view.getUint8(entry + at.protocol) === TCP ? 'TCP' : 'UDP',
    address: formatAddress(addressFromBytes(bytes)),
    port: view.getUint16(entry + at.backendPort),
  }
}
