import type { Mode } from './modes.ts'
import type { SourceRanges } from './ranges.ts'
import type { RateLimit } from './rate-limit.ts'

/** A transport protocol that a frontend listens on. */
export type Protocol = 'TCP' | 'UDP'

/** An address and port that clients connect to. Each frontend becomes one service of the datapath, with an id of its own. */
export interface Frontend {
  /** IPv4 or IPv6, as text. */
  readonly address: string
  /** 1 to 65535; 0 is any port that no other frontend of this address and protocol has. */
  readonly port: number
  readonly protocol: Protocol
}

/**
 * What is known of a backend. `failed`: takes no new connections, and what its service's `onFailure` says becomes of those
 * that it has. `gone`: does not exist any more; its connections go to others at once.
 */
export type BackendState = 'active' | 'failed' | 'gone'

/** Where connections go. A backend of a service becomes a member of each of its frontends. */
export interface Backend {
  /** Of the frontends' family, unless the mode carries packets of one family inside the other. */
  readonly address: string
  /** 1 to 65535, or 0 where the frontend's is: the port that the packet asks for. */
  readonly port: number
  /** 0 to 255: share of the connections, relative to the other backends; 1 when left out, 0 takes no new ones (maintenance). */
  readonly weight?: number
  readonly state?: BackendState
  /** Seconds since 1970, as all nodes have it in their configuration: from then on it takes connections. */
  readonly addedAt?: number
  /** Seconds since 1970: from then on it takes no new connections, and `weight` is what it had before. */
  readonly drainingSince?: number
}

/** One service: what is asked of the load balancer, in plain values. */
export interface Service {
  /** Only for messages: services are told apart by their frontends. */
  readonly name: string
  readonly frontends: readonly Frontend[]
  /** How packets reach the backends; `snat` when left out. */
  readonly mode?: Mode
  /** How a new connection's backend is chosen; `maglev` when left out. */
  readonly algorithm?: 'maglev' | 'random'
  /** All of a client's connections go to one backend, until it has been silent for that long. */
  readonly sessionAffinity?: { readonly timeoutSeconds: number }
  /** The UDP frontends carry QUIC: an Initial packet opens a connection (RFC 9000 17.2.2). */
  readonly quic?: boolean
  readonly backends: readonly Backend[]
  /** Slots of the ring, a power of two. Left out, it follows from the number of backends (see `ringSizeFor`). */
  readonly ringSize?: number
  /** After so long without a packet a connection is forgotten; 900 for TCP and 300 for UDP when left out. */
  readonly idleSeconds?: number
  /**
   * Where packets tell new connections from old (TCP, QUIC): for how long, when slots change hands, old connections stay
   * unrecorded; those that live longer are recorded in the idle time-out that follows. 30 when left out.
   */
  readonly drainSeconds?: number
  /** What becomes of the connections of a backend that failed: they stay (TCP), or go to others. `keep` when left out. */
  readonly onFailure?: 'keep' | 'reset'
  /** Flows that can be remembered at once while slots change hands; 512 a backend when left out. */
  readonly records?: number
  /** Whom it admits; everybody when left out. */
  readonly sourceRanges?: SourceRanges
  readonly rateLimit?: RateLimit
}

/** What the program was loaded with, as far as services depend on it. */
export interface ProgramFacts {
  /** How long a unit of the records' time lasts (see `recordUnitSeconds`); 1 when left out. */
  readonly recordUnitSeconds?: number
  /** Families of backends for which the outer source of IPIP packets comes from a configured prefix. */
  readonly tunnelPrefixes?: readonly (4 | 6)[]
  /**
   * Ports that translated packets carry as source (`natPortMin`, `natPortMax`). Told, an own address may be a service's too,
   * at any other port: nothing that comes there is a reply.
   */
  readonly natPorts?: { readonly min: number; readonly max: number }
}

/** Everything that the maps shall hold. */
export interface Desired {
  readonly services: readonly Service[]
  /** By backend address: the load balancer's own address that packets to this backend carry as source. */
  readonly sources: ReadonlyMap<string, string>
  /** Addresses of the host itself: what comes to them and is for no service is left to it, pings and fragments as well. */
  readonly hostAddresses?: readonly string[]
  readonly program?: ProgramFacts
}

/** `10.0.0.1:80/TCP`, `[2001:db8::1]:80/TCP`: how messages name a frontend. */
export function formatFrontend({ address, port, protocol }: Frontend): string {
  return `${formatEndpoint(address, port)}/${protocol}`
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
