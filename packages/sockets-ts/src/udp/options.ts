import type { Family } from '../check.ts'
import type { NamespaceReference } from '../descriptor.ts'

/** What {@link openUdpSocket} takes. */
export interface UdpSocketOptions {
  readonly family: Family
  /** The own address; by default all of the family. An IPv6 socket takes no IPv4. */
  readonly address?: string | undefined
  /** The own port; by default any. */
  readonly port?: number | undefined
  /** The network namespace; by default the calling thread's. */
  readonly namespace?: NamespaceReference | undefined
  /** Only what comes in by this device is received, and all is sent by it (`SO_BINDTODEVICE`). */
  readonly device?: string | undefined
  /** Time to live or hop limit of what is sent. */
  readonly hops?: number | undefined
  /** TOS or traffic class of what is sent; 0xc0 is network control. */
  readonly trafficClass?: number | undefined
  /** The firewall mark of what is sent (`SO_MARK`). */
  readonly mark?: number | undefined
  /** Bytes that may wait in the kernel. */
  readonly receiveBuffer?: number | undefined
  /** Datagrams that may wait here; then the kernel's buffer fills. Default 256. */
  readonly queue?: number | undefined
}

/** Every option's name. */
export const udpOptionNames: readonly (keyof UdpSocketOptions)[] = [
  'family',
  'address',
  'port',
  'namespace',
  'device',
  'hops',
  'trafficClass',
  'mark',
  'receiveBuffer',
  'queue',
]

/** Where a datagram goes, and by what way. */
export interface UdpDestination {
  readonly to: string
  readonly port: number
  /** The source address; by default the socket's own, or the one that the route prefers. */
  readonly from?: string | undefined
  /** The index of the device; needed for a link-local destination unless the socket is bound to a device. */
  readonly device?: number | undefined
}

/** A datagram that came in. */
export interface UdpDatagram {
  readonly bytes: Uint8Array
  readonly from: string
  readonly fromPort: number
  readonly to: string
  /** The index of the device that it came in by. */
  readonly device: number
  /** Time to live or hop limit, as it arrived: 255 proves that no router was on the way. */
  readonly hops: number
}
