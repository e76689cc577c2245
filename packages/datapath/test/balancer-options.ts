import type { LbXdpConfig } from '../src/lb-xdp.ts'
import type { VerdictName } from './counted.ts'
import type { Hook } from './hook.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface ServiceOptions extends Endpoint {
  readonly protocol?: 'tcp' | 'udp'
  readonly members: readonly Endpoint[]
  /** The load balancer's own address towards the members. */
  readonly source: string
  /** Of enum service_flag; source NAT unless it says otherwise. */
  readonly flags?: number
}

export interface BalancerOptions {
  /** `xdp` unless it says otherwise. */
  readonly hook?: Hook
  readonly config?: Partial<LbXdpConfig>
  /** A test object in place of lb_xdp, with the same maps and program. */
  readonly object?: string
  /** Lines of the NAT tables: a power of two. */
  readonly natLines?: number
  readonly serviceLines?: number
  /** Lines of each service's records: a power of two. */
  readonly recordLines?: number
  /** Slots of each service's ring, as a power of two; at least 7. */
  readonly ringLog2?: number
  /** Lines of the table that counts what clients open: a power of two. */
  readonly rateLines?: number
}

export interface Outcome {
  readonly action: string
  readonly verdict: VerdictName
  readonly packet: Uint8Array
}
