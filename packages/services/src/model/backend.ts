import type { Protocol } from './frontend.ts'

/** `terminating`: its pod is being deleted. Whether it takes connections its `Member` says. */
export type BackendState = 'active' | 'terminating'

/** An endpoint that connections go to, told apart by address, port and protocol. */
export interface Backend {
  /** From 1; the same as long as the backend exists, and not another's soon after. 32 bits. */
  readonly id: number
  /** IPv4 or IPv6, as text. */
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly nodeName?: string
  readonly zone?: string
  readonly state: BackendState
}

/** A backend of a frontend. */
export interface Member {
  /** Id of the backend. */
  readonly backend: number
  /** Share of new connections relative to the other members; 0: no new ones (also by affinity), but it keeps those that it has. */
  readonly weight: number
}
