/** A backend, by a number of its own: what `@skep/services` calls one is one. */
export interface SockBackend {
  /** From 1, 32 bits; the same as long as the backend exists, and not another's soon after. */
  readonly id: number
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
}

/** A backend of a frontend. */
export interface SockMember {
  readonly backend: number
  /** Share of new connections relative to the others; 0: none, but it keeps the sockets that it has. */
  readonly weight: number
}

/** An address and port that sockets connect to. */
export interface SockFrontend {
  /** `0.0.0.0` or `::`: any address of this node. */
  readonly address: string
  readonly port: number
  /** SCTP has no hooks, and is left to packets. */
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** Sockets of this node are `internal`; the others are not theirs. */
  readonly scope: 'internal' | 'external'
  readonly kind: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalIP' | 'HostPort'
  /** For explanations: `namespace/name`. */
  readonly service: string
  readonly portName: string
  readonly members: readonly SockMember[]
  /** Ids of backends that take no new connections here, by policy or topology, and keep the sockets that they have. */
  readonly leftOut?: readonly number[]
  /** What a socket meets when no member takes any: `ECONNREFUSED`, or `EHOSTUNREACH`. */
  readonly whenEmpty: 'reject' | 'drop'
  readonly affinitySeconds?: number
}

/** Who is not treated as its network namespace says. */
export type SockSubject = (
  | { readonly netns: bigint }
  /** A cgroup v2 with all below it: its id, and how deep it lies below the root (1: just below it). */
  | { readonly cgroup: bigint; readonly level: number }
) & {
  /** `host`: as a process of the host. `leave`: its sockets are left alone. */
  readonly treat: 'host' | 'leave'
}

/** All that sockets shall meet. */
export interface SockDesired {
  readonly frontends: readonly SockFrontend[]
  readonly backends: ReadonlyMap<number, SockBackend>
  /** Whose addresses a frontend of any address stands for: this node's, and other nodes' where they count as well. */
  readonly nodeAddresses: readonly string[]
  readonly subjects?: readonly SockSubject[]
}
