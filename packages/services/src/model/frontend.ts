import type { Member } from './backend.ts'

/** A transport protocol that a service port may have. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP'

/**
 * Who a frontend is for. `internal`: pods and processes of this node, before a packet leaves it. `external`: packets that
 * come in from outside the node. An address that serves both is two frontends, which may have different members.
 */
export type Scope = 'internal' | 'external'

/** Where a frontend comes from. `HostPort` is a pod's, all others are a service's. */
export type FrontendKind = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalIP' | 'HostPort'

/** Whom an external frontend admits, as prefixes. A client must be in an `allow`, if there are any, and in no `deny`. */
export interface SourceRanges {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

/** An address and port that clients connect to. */
export interface Frontend {
  /** IPv4 or IPv6, as text; `0.0.0.0` or `::` is any address of this node (NodePort, HostPort). */
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly scope: Scope
  readonly kind: FrontendKind
  /** `namespace/name` of the Service, or of the Pod of a HostPort. */
  readonly service: string
  /** Name of the service port; empty where it has none. */
  readonly portName: string
  /** Who takes its connections. Frontends that share their members share this array. */
  readonly members: readonly Member[]
  /**
   * Ids of backends that exist, but that traffic policy or topology leave out here: they take no connections, and those that
   * they have from before go on. Shared like the members.
   */
  readonly leftOut: readonly number[]
  /**
   * What a connection meets when no member takes any: `reject` where there is no endpoint anywhere, `drop` where there
   * are some but the traffic policy has none for this node, so that a client tries again elsewhere.
   */
  readonly whenEmpty: 'reject' | 'drop'
  /** All of a client's connections go to one member, until it has been silent for that long. */
  readonly affinitySeconds?: number
  readonly sourceRanges?: SourceRanges
  readonly algorithm: 'maglev' | 'random'
  /** Does the backend answer the client itself (`dsr`), or through this node (`snat`)? */
  readonly forwarding: 'snat' | 'dsr'
  /** Backends see the client's own address (`externalTrafficPolicy: Local`), which translation to an own address would hide. */
  readonly keepsClient?: true
}
