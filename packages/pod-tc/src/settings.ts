import { addressBytes } from './words.ts'
import type { PodTcConfig } from '@skep/datapath/pod-tc'

/** Seconds without a packet after which a connection is forgotten. */
export interface Timeouts {
  /** Nobody has answered yet, any protocol. */
  readonly opening: number
  /** TCP. */
  readonly established: number
  /** TCP, after a RST, or a FIN from both sides. */
  readonly closed: number
  /** UDP. */
  readonly other: number
}

/** How the programs behave; fixed when they are loaded. */
export interface PodSettings {
  /** Whom a pod sees that reaches itself by a service: `ipv4-service-loopback-address`. */
  readonly loopback4: string
  /** The same over IPv6: `ipv6-service-loopback-address`. */
  readonly loopback6: string
  readonly timeouts: Timeouts
}

/**
 * Cilium's times and its IPv4 address; for IPv6 the same one in the prefix that is for translation within a site (RFC 8215),
 * as no link and no network has it.
 */
export const defaultSettings: PodSettings = {
  loopback4: '169.254.42.1',
  loopback6: '64:ff9b:1::a9fe:2a01',
  timeouts: { opening: 60, established: 21_600, closed: 10, other: 60 },
}

/** The programs' configuration, but for the size of a table. Throws `AddressError`. */
export function configOf(
  { loopback4, loopback6, timeouts }: PodSettings,
  jiffiesPerSecond: number,
): Omit<PodTcConfig, 'frontends4Mask'> {
  return {
    loopback4: addressBytes(loopback4, 4).getUint32(0),
    loopback6: [0, 4, 8, 12].map((at) => addressBytes(loopback6, 6).getUint32(at)),
    jiffiesPerSecond,
    timeoutOpening: timeouts.opening * jiffiesPerSecond,
    timeoutEstablished: timeouts.established * jiffiesPerSecond,
    timeoutClosed: timeouts.closed * jiffiesPerSecond,
    timeoutOther: timeouts.other * jiffiesPerSecond,
  }
}
