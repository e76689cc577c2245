import { build, parseAddress } from '@skep/packet'
import { client } from '../test/lab.ts'
import { type Family, ip, type Leg, leg, segment } from '../test/packets.ts'
import { natEntryCodec } from '../src/lb_xdp.gen.ts'
import type { Balancer } from '../test/balancer.ts'
import type { Load } from './rig.ts'

/** Clients behind one gateway: 10.64.0.0/10 and fd00:64::/32. */
export const clients = { v4: '10.64.0.0', v6: 'fd00:64::' } as const
export const clientPrefix = { v4: '10.64.0.0/10', v6: 'fd00:64::/32' } as const

/** The shortest frame with TCP: 60 bytes, 74 with IPv6. */
function frame(family: Family, on: Leg, source: Leg['source']): Uint8Array {
  const bytes = build(on.ethernet, ip(family, { ...on, source }), segment(1, 1, 'ack'))
  const padded = new Uint8Array(Math.max(60, bytes.length))
  padded.set(bytes)
  return padded
}

function lastWord(address: string): number {
  const { bytes } = parseAddress(address)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4)
}

/** So many flows of as many clients to the service, each from a port of the NAT range. */
export function fromClients(family: Family, count: number): Load {
  const base = lastWord(clients[family])
  const flows = Array.from({ length: count }, (_, i) => [base + i + 1, 32768 + ((i * 40503) & 0x7fff), 80] as const)
  return { packet: frame(family, leg.clientToVip, clients), flows }
}

/** What passes: not for any service. */
export function foreign(family: Family): Load {
  const packet = frame(family, { ...leg.clientToVip, destination: client }, clients)
  return { packet, flows: [[lastWord(clients[family]) + 1, 40000, 80]] }
}

/** As it leaves for a backend. */
export function toBackend(family: Family): Uint8Array {
  return frame(family, leg.ownToBackend, leg.ownToBackend.source)
}

/** The replies of every connection that the balancer has. */
export function replies(family: Family, lb: Balancer): Load {
  const packet = frame(family, leg.backendToOwn, leg.backendToOwn.source)
  const flows: [number, number, number][] = []
  eachEntry(lb, (view, offset) => {
    const { state, backend, backendPort, natPort } = natEntryCodec.read(view, offset)
    if (state !== 0) flows.push([backend[family === 'v4' ? 0 : 3]!, backendPort, natPort])
  })
  return { packet, flows }
}

/** As if each handshake had been finished. */
export function establish(lb: Balancer): void {
  eachEntry(lb, (view, offset) => {
    const entry = natEntryCodec.read(view, offset)
    if (entry.state !== 0) natEntryCodec.write(view, offset, { ...entry, state: 2, clientSeen: 4, memberSeen: 4 })
  })
}

function eachEntry(lb: Balancer, visit: (view: DataView, offset: number) => void): void {
  using mapped = lb.lb.maps.natEntries.mmap()
  const view = new DataView(mapped.buffer)
  for (let offset = 0; offset < view.byteLength; offset += mapped.elementSize) visit(view, offset)
}
