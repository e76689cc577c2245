import type { Acceleration } from '../model/settings.ts'

/** How packets come to a backend: in IPIP, or with the option that names their service. */
export const dispatches = ['ipip', 'opt'] as const

export type Dispatch = (typeof dispatches)[number]

/** Seconds without a packet after which what an option said no longer counts. */
export interface Timeouts {
  readonly tcp: number
  /** After a FIN from both sides. */
  readonly closing: number
  /** After a RST. */
  readonly reset: number
  readonly udp: number
}

/** What a backend's configuration says: the `spec` of `kind: Decap`, with its defaults. */
export interface DecapSpec {
  /** `auto`, names and globs; with `-` before them, those to leave out. */
  readonly devices: readonly string[]
  /** `tc`: without XDP, for devices or hosts that have something else there. */
  readonly acceleration: Acceleration
  readonly dispatch: readonly Dispatch[]
  /** Prefixes that IPIP is accepted from: the load balancers' outer sources. */
  readonly sources: readonly string[]
  /** Addresses of this host that IPIP is accepted to; empty: all it has but service addresses. */
  readonly addresses: readonly string[]
  /** Service addresses, by prefix. `any` stands for both families' whole. */
  readonly vips: readonly string[]
  /** Flows that options are remembered for. */
  readonly flows: number
  readonly timeoutSeconds: Timeouts
}
