import type { PermanentPolicy } from '@skep/neighbor'

/** What an instance is set to, whatever it serves. */
export interface EngineSettings {
  /** `auto`, names and globs, and those with `-` or `+` before them, as `@skep/device-detect` has them. */
  readonly devices: readonly string[]
  readonly acceleration: Acceleration
  readonly snat: Snat
  readonly dsr: DsrSources
  /** How next hops are kept resolved. */
  readonly neighbors?: Neighbors | undefined
  readonly capacity: Capacity
  /** Two 64-bit words in hex. Load balancers that share service addresses need the same. */
  readonly hashKey: string
}

/** `native` refuses a device whose driver cannot; `best-effort` falls back to `generic` and says why. */
export type Acceleration = 'native' | 'best-effort' | 'generic' | 'tc'

export interface PortRange {
  readonly from: number
  readonly to: number
}

export interface Snat {
  readonly portRange: PortRange
  /** Own addresses to use towards backends; empty: the one that the route prefers. */
  readonly sources: readonly string[]
}

export interface DsrSources {
  /** Prefixes that the outer source of `ipip` comes from, one a family at most; without one, an own address. */
  readonly tunnelSources: readonly string[]
}

export interface Neighbors {
  /** `auto`: by the kernel itself where it can (Linux 5.16); `use`: by asking it again and again. */
  readonly keep: 'auto' | 'use'
  /** What becomes of permanent entries of next hops that nobody is known to have left. */
  readonly permanent: PermanentPolicy
  /** With `use`: so often for each. */
  readonly refreshSeconds: number
  /** At most so many requests a second. */
  readonly perSecond: number
}

/** Sizes of the tables, fixed while the load balancer is loaded. */
export interface Capacity {
  readonly services: number
  readonly backends: number
  readonly connections: number
  /** Flows remembered while slots of their services change hands (DSR, affinity), or for good (random choice with DSR). */
  readonly records: number
  /** Prefixes in the source ranges of all services, counted once for each frontend. */
  readonly sourceRanges: number
  /** Client prefixes whose new connections are counted at one time. */
  readonly rateLimitedClients: number
  /** Packets in fragments on their way at one time. */
  readonly fragments: number
}
