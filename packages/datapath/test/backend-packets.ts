import {
  build,
  destinationOptions,
  ethernet,
  ipv4,
  type Ipv4Spec,
  ipv6,
  type Ipv6Spec,
  parseAddress,
  type Part,
  tcp,
  type TcpFlag,
  udp,
} from '@skep/packet'
import type { Family } from './packets.ts'

export const client = { v4: '203.0.113.9', v6: '2001:db8:c::9' } as const
export const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
/** The backend itself. */
export const server = { v4: '10.1.0.20', v6: 'fd00:1::20' } as const
/** What a load balancer's outer source is taken from, and one of it. */
export const prefixes = { v4: '10.255.0.0/16', v6: 'fd00:ff::/32' } as const
export const balancer = { v4: '10.255.7.7', v6: 'fd00:ff::7' } as const

/** Before the IP header of everything that arrives, and of everything that leaves. */
export const inbound = ethernet({ src: '02:00:00:00:01:01', dst: '02:00:00:00:01:02' })
export const outbound = ethernet({ src: '02:00:00:00:01:02', dst: '02:00:00:00:01:01' })

export type IpSpec = Ipv4Spec | Ipv6Spec

interface IpFields {
  readonly ecn?: number
  readonly ttl?: number
}

export function ip(family: Family, src: string, dst: string, { ecn = 0, ttl = 64 }: IpFields = {}): IpSpec {
  return family === 'v4' ? ipv4({ src, dst, ecn, ttl }) : ipv6({ src, dst, ecn, hopLimit: ttl })
}

/** The header that a load balancer puts around a packet. */
export function outer(family: Family, fields: IpFields = {}): IpSpec {
  return ip(family, balancer[family], server[family], fields)
}

export function toVip(family: Family, fields: IpFields = {}): IpSpec {
  return ip(family, client[family], vip[family], { ttl: 50, ...fields })
}

export function segment(srcPort: number, dstPort: number, ...flags: readonly TcpFlag[]): Part {
  return tcp({ srcPort, dstPort, flags, seq: 1000 })
}

export function datagram(srcPort: number, dstPort: number): Part {
  return udp({ srcPort, dstPort })
}

/** The bytes of option 0x9a, as an option of an IPv4 header: in network order, or as little-endian Cilium writes it. */
export function option4(port: number, address: string, order: 'network' | 'reversed' = 'network'): Uint8Array {
  const [high, low] = [port >> 8, port & 255]
  const bytes = [...parseAddress(address).bytes]
  return order === 'network'
    ? Uint8Array.of(0x9a, 8, high, low, ...bytes)
    : Uint8Array.of(0x9a, 8, low, high, ...bytes.toReversed())
}

/** The destination options header that names a service. */
export function option6(port: number, address: string): Part {
  const data = Uint8Array.of(...parseAddress(address).bytes, port >> 8, port & 255, 0, 0)
  return destinationOptions({ options: [{ type: 0x1b, data }] })
}

/** A packet of a client whose destination a load balancer has made the server, with the service's option. */
export function marked(family: Family, transport: Part, port: number, ...rest: readonly Part[]): Uint8Array {
  const [src, dst] = [client[family], server[family]]
  if (family === 'v4') return build(inbound, ipv4({ src, dst, options: [option4(port, vip.v4)] }), transport, ...rest)
  return build(inbound, ipv6({ src, dst }), option6(port, vip.v6), transport, ...rest)
}

/** The same packet without the option. */
export function unmarked(family: Family, transport: Part, ...rest: readonly Part[]): Uint8Array {
  return build(inbound, ip(family, client[family], server[family]), transport, ...rest)
}

/** What leaves for the client. */
export function leaving(family: Family, source: string, transport: Part, ...rest: readonly Part[]): Uint8Array {
  return build(outbound, ip(family, source, client[family]), transport, ...rest)
}
