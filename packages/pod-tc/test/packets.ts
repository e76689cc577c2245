import { build, ethernet, ipv4, ipv6, type Part, tcp, type TcpFlag, udp } from '@skep/packet'

export type Family = 'v4' | 'v6'
export const families = ['v4', 'v6'] as const

export const mac = { pod: '02:00:00:00:00:01', host: '02:00:00:00:00:02' } as const
export const pod = { v4: '10.0.0.5', v6: 'fd00::5' } as const
export const service = { v4: '10.96.0.1', v6: 'fd96::1' } as const
export const other = { v4: '10.96.0.2', v6: 'fd96::2' } as const
export const backend = { v4: '10.0.1.7', v6: 'fd00:1::7' } as const
export const second = { v4: '10.0.1.8', v6: 'fd00:1::8' } as const
export const loopback = { v4: '169.254.42.1', v6: '64:ff9b:1::a9fe:2a01' } as const
export const router = { v4: '203.0.113.1', v6: '2001:db8:ffff::1' } as const

export type Place = Readonly<Record<Family, string>>

/** What the pod sends, or what it is sent. */
export type Way = 'out' | 'in'

export function headers(family: Family, way: Way, src: Place, dst: Place, protocol?: number): Part[] {
  const macs = way === 'out' ? { src: mac.pod, dst: mac.host } : { src: mac.host, dst: mac.pod }
  const ends = { src: src[family], dst: dst[family] }
  const next = protocol === undefined ? {} : { protocol }
  return [ethernet(macs), family === 'v4' ? ipv4({ ...ends, ...next, ttl: 64 }) : ipv6({ ...ends, hopLimit: 64 })]
}

export function out(family: Family, dst: Place, ...rest: readonly Part[]): Uint8Array {
  return build(...headers(family, 'out', pod, dst), ...rest)
}

export function into(family: Family, src: Place, ...rest: readonly Part[]): Uint8Array {
  return build(...headers(family, 'in', src, pod), ...rest)
}

export function segment(srcPort: number, dstPort: number, ...flags: readonly TcpFlag[]): Part {
  return tcp({ srcPort, dstPort, flags, seq: 1000, ack: flags.includes('ack') ? 2000 : 0 })
}

export function datagram(srcPort: number, dstPort: number): Part {
  return udp({ srcPort, dstPort })
}
