import type { Family } from './check.ts'
import type { NamespaceReference } from './descriptor.ts'

/** What {@link openRawSocket} takes. */
export interface RawSocketOptions {
  readonly family: Family
  /** The IP protocol, 1 to 255: 112 is VRRP. */
  readonly protocol: number
  /** The network namespace; by default the calling thread's. */
  readonly namespace?: NamespaceReference | undefined
  /** Only what comes in by this device is received, and all is sent by it (`SO_BINDTODEVICE`). */
  readonly device?: string | undefined
  /** Time to live or hop limit of what is sent, multicasts included. */
  readonly hops?: number | undefined
  /** TOS or traffic class of what is sent; 0xc0 is network control. */
  readonly trafficClass?: number | undefined
  /** Whether this host hears its own multicasts. Default false. */
  readonly multicastLoop?: boolean | undefined
  /** IPv6: where in the payload the kernel writes and checks the checksum (`IPV6_CHECKSUM`); even. */
  readonly checksumOffset?: number | undefined
  /** The firewall mark of what is sent (`SO_MARK`). */
  readonly mark?: number | undefined
  /** Bytes that may wait in the kernel. */
  readonly receiveBuffer?: number | undefined
  /** Datagrams that may wait here; then the kernel's buffer fills. Default 256. */
  readonly queue?: number | undefined
}

/** Every option's name. */
export const rawOptionNames: readonly (keyof RawSocketOptions)[] = [
  'family',
  'protocol',
  'namespace',
  'device',
  'hops',
  'trafficClass',
  'multicastLoop',
  'checksumOffset',
  'mark',
  'receiveBuffer',
  'queue',
]

/** Where a datagram goes, and by what way. */
export interface Destination {
  readonly to: string
  /** The source address; by default the one that the route prefers. */
  readonly from?: string | undefined
  /** The index of the device; needed for a link-local destination unless the socket is bound to a device. */
  readonly device?: number | undefined
}

/** A datagram of the socket's protocol. */
export interface Datagram {
  /** What follows the IP header. */
  readonly bytes: Uint8Array
  readonly from: string
  readonly to: string
  /** The index of the device that it came in by. */
  readonly device: number
  /** Time to live or hop limit, as it arrived. */
  readonly hops: number
}
