import type { HealthCheck, PassivePolicy } from '@skep/lb-health'
import type { DsrSources, EngineSettings } from '@skep/lb-engine'
import type { Announce } from '../announce/config.ts'
import type { Bgp, ServiceBgp } from '../bgp/config.ts'
import type { BackendState } from './state.ts'
import type { MetricsSettings } from '../metrics/settings.ts'

export type { Acceleration, Capacity, Neighbors, Snat } from '@skep/lb-engine'

/** A valid configuration, every default filled in. Addresses are in canonical spelling. */
export interface Config extends EngineSettings {
  readonly mode: Mode
  readonly dsr: Dsr
  /** By VRRP, on the clients' own link. Without it routers tell the way to the service addresses. */
  readonly announce?: Announce | undefined
  /** By BGP, to routers. Without it somebody else tells them. */
  readonly bgp?: Bgp | undefined
  /** Without it metrics are served over the API alone. */
  readonly metrics?: MetricsSettings | undefined
  readonly services: readonly Service[]
}

/** `snat`: with the load balancer's own address as source. `dsr`: direct server return, the backend answers the client itself. */
export type Mode = 'snat' | 'dsr'

/**
 * How a packet reaches its backend by DSR. `ipip`: inside another IP packet. `l2`: by the MAC address alone. `opt`: with the
 * backend's address, and the service's in an option (Cilium's).
 */
export type Dispatch = 'ipip' | 'l2' | 'opt'

export interface Dsr extends DsrSources {
  readonly dispatch: Dispatch
}

/** All connections of a client's address go to one backend. */
export interface SessionAffinity {
  /** Until it has been silent for so long. */
  readonly clientIP: { readonly timeoutSeconds: number }
}

export interface Service {
  readonly name: string
  readonly frontends: readonly Frontend[]
  /** Left out: the load balancer's. */
  readonly mode?: Mode | undefined
  readonly dsr?: Pick<Dsr, 'dispatch'> | undefined
  readonly algorithm: 'maglev' | 'random'
  readonly sessionAffinity?: SessionAffinity | undefined
  /** Its UDP frontends carry QUIC: an Initial packet tells a new connection. */
  readonly quic?: boolean | undefined
  /** Whom it admits; without it, everybody. */
  readonly sourceRanges?: SourceRanges | undefined
  readonly rateLimit?: RateLimit | undefined
  /** Slots of its Maglev ring; left out, it follows from the number of backends. */
  readonly ringSize?: number | undefined
  /** Flows that can be remembered while its slots change hands; left out, 512 a backend, and a quarter of all at most. */
  readonly records?: number | undefined
  /** DSR: after so long without a packet a connection is forgotten. */
  readonly idleSeconds?: number | undefined
  /** Without it every backend counts as up. */
  readonly healthCheck?: HealthCheck | undefined
  /** Without it connections that fail take nobody out. */
  readonly passiveHealthCheck?: PassivePolicy | undefined
  /** Without it the connections of a backend that is taken out go on until they end by themselves. */
  readonly drain?: Drain | undefined
  /** What its routes carry; without it, nothing special. */
  readonly bgp?: ServiceBgp | undefined
  readonly backends: readonly Backend[]
}

/** Prefixes of client addresses. A client must be in an `allow`, if the list is there, and in no `deny`. */
export interface SourceRanges {
  readonly allow?: readonly string[] | undefined
  readonly deny?: readonly string[] | undefined
}

/** How often the clients of one prefix may open connections, at each frontend. */
export interface RateLimit {
  readonly newConnectionsPerSecond: number
  /** So many may come at once; left out, as many as in a second. */
  readonly burst?: number | undefined
  /** Bits of a client's address that count. */
  readonly prefix: { readonly ipv4: number; readonly ipv6: number }
}

export interface Frontend {
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

export interface Backend {
  readonly address: string
  readonly port: number
  /** 0–255; 0: no new connections. */
  readonly weight: number
  readonly state: BackendState
  /** `2030-01-31T12:00:00Z`: from then on it takes connections, on every load balancer. */
  readonly addedAt?: string | undefined
  /** From then on it takes no new ones; `weight` is what it had before. */
  readonly drainingSince?: string | undefined
  /** What is found out about it; no file says it. */
  readonly fate?: BackendFate | undefined
  /** What its check says. One that is down may be used all the same: see `panicThreshold`. No file says this, either. */
  readonly checked?: 'unknown' | 'up' | 'down' | undefined
}

/** `failed`: its check says so. `gone`: it may keep its connections no longer. */
export type BackendFate = 'failed' | 'gone'

/** What becomes of a backend that is taken out of the configuration. */
export interface Drain {
  /** Its connections may go on for so long; then they end. */
  readonly timeoutSeconds: number
}
