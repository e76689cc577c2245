import { build, parseAddress, type Part } from '@skep/packet'
import { natEntryCodec } from '../src/lb_xdp.gen.ts'
import type { Balancer } from '../test/balancer.ts'
import { client } from '../test/lab.ts'
import { datagram, type Family, ip, type Leg, leg, segment } from '../test/packets.ts'
import { type Flow, type Load, makeLoad } from './load.ts'

/** Clients behind one gateway: 10.64.0.0/10 and fd00:64::/32. */
export const clients = { v4: '10.64.0.0', v6: 'fd00:64::' } as const
export const clientPrefix = { v4: '10.64.0.0/10', v6: 'fd00:64::/32' } as const

/** Bytes of the shortest frame with TCP. */
export const frameLength = { v4: 60, v6: 74 } as const

export type Kind = 'syn' | 'ack' | 'udp'

const parts: Readonly<Record<Kind, Part>> = {
  syn: segment(1, 1, 'syn'),
  ack: segment(1, 1, 'ack'),
  udp: datagram(1, 1),
}

function frame(family: Family, on: Leg, source: Leg['source'], kind: Kind): Uint8Array {
  const bytes = build(on.ethernet, ip(family, { ...on, source }), parts[kind])
  const padded = new Uint8Array(frameLength[family])
  padded.set(bytes)
  return padded
}

function lastWord(address: string): number {
  const { bytes } = parseAddress(address)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4)
}

/** So many flows of as many clients to the service, each from a port of the NAT range. Fewer are the first of more. */
export function fromClients(family: Family, kind: Kind, count: number, seed?: number): Load {
  const base = lastWord(clients[family])
  const flow = (i: number): Flow => [base + i + 1, 32768 + ((i * 40503) & 0x7fff), 80]
  return makeLoad(frame(family, leg.clientToVip, clients, kind), count, flow, seed)
}

/** The same in another order: connections are not opened in the order in which their packets come. */
export function toOpen(family: Family, kind: Kind, count: number): Load {
  return fromClients(family, kind, count, 2)
}

/** What passes: not for any service. */
export function foreign(family: Family): Load {
  const packet = frame(family, { ...leg.clientToVip, destination: client }, clients, 'ack')
  return makeLoad(packet, 1, () => [lastWord(clients[family]) + 1, 40000, 80])
}

/** As it leaves for a backend. */
export function toBackend(family: Family): Uint8Array {
  return frame(family, leg.ownToBackend, leg.ownToBackend.source, 'ack')
}

/** TCP replies of so many of the balancer's connections, from all over its table. */
export function replies(family: Family, lb: Balancer, count: number): Load {
  const packet = frame(family, leg.backendToOwn, leg.backendToOwn.source, 'ack')
  const flows: Flow[] = []
  eachTcpEntry(lb, (view, offset) => {
    const { backend, backendPort, natPort } = natEntryCodec.read(view, offset)
    flows.push([backend[family === 'v4' ? 0 : 3]!, backendPort, natPort])
  })
  const step = Math.floor(flows.length / count)
  return makeLoad(packet, count, (i) => flows[i * step]!)
}

/** As if each handshake had been finished. */
export function establish(lb: Balancer): void {
  eachTcpEntry(lb, (view, offset) => {
    const entry = natEntryCodec.read(view, offset)
    natEntryCodec.write(view, offset, { ...entry, state: 2, clientSeen: 4, memberSeen: 4 })
  })
}

function eachTcpEntry(lb: Balancer, visit: (view: DataView, offset: number) => void): void {
  const TCP = 6
  using mapped = lb.lb.maps.natEntries.mmap()
  const view = new DataView(mapped.buffer)
  for (let offset = 0; offset < view.byteLength; offset += mapped.elementSize) {
    const { state, protocol } = natEntryCodec.read(view, offset)
    if (state !== 0 && protocol === TCP) visit(view, offset)
  }
}
