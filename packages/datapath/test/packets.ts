import {
  build,
  ethernet,
  type EthernetSpec,
  ipv4,
  type Ipv4Spec,
  ipv6,
  type Ipv6Spec,
  type Part,
  tcp,
  type TcpFlag,
  type TcpSpec,
  udp,
  type UdpSpec,
} from '@skep/packet'
import { backend, client, mac, own, vip } from './lab.ts'

export type Family = 'v4' | 'v6'
export const families = ['v4', 'v6'] as const

/** One link of a connection's way, in one direction. */
export interface Leg {
  readonly ethernet: EthernetSpec
  readonly source: { readonly v4: string; readonly v6: string }
  readonly destination: { readonly v4: string; readonly v6: string }
}

export const leg = {
  clientToVip: { ethernet: ethernet({ src: mac.client, dst: mac.front }), source: client, destination: vip },
  ownToBackend: { ethernet: ethernet({ src: mac.back, dst: mac.backend }), source: own, destination: backend },
  backendToOwn: { ethernet: ethernet({ src: mac.backend, dst: mac.back }), source: backend, destination: own },
  vipToClient: { ethernet: ethernet({ src: mac.front, dst: mac.client }), source: vip, destination: client },
} as const satisfies Record<string, Leg>

export function ip(family: Family, { source, destination }: Leg, ttl = 64): Ipv4Spec | Ipv6Spec {
  const { [family]: src } = source
  const { [family]: dst } = destination
  return family === 'v4' ? ipv4({ src, dst, ttl }) : ipv6({ src, dst, hopLimit: ttl })
}

/** A packet on a leg; what is translated and sent has spent a hop. */
export function packet(family: Family, on: Leg, ...rest: readonly Part[]): Uint8Array {
  return build(on.ethernet, ip(family, on), ...rest)
}

export function sent(family: Family, on: Leg, ...rest: readonly Part[]): Uint8Array {
  return build(on.ethernet, ip(family, on, 63), ...rest)
}

export function segment(srcPort: number, dstPort: number, ...flags: readonly TcpFlag[]): TcpSpec {
  return tcp({ srcPort, dstPort, flags, seq: 1000, ack: flags.includes('ack') ? 2000 : 0 })
}

export function datagram(srcPort: number, dstPort: number): UdpSpec {
  return udp({ srcPort, dstPort })
}
