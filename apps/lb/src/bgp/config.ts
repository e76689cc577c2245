import type { WrittenPeer, WrittenSpeaker } from '@skep/bgp'

/** How routers are told the way to the service addresses. */
export interface Bgp extends WrittenSpeaker {
  /** An address that goes is marked with GRACEFUL_SHUTDOWN for so long, and served meanwhile. */
  readonly drainSeconds: number
  /** Names of services whose addresses are announced. */
  readonly services: 'all' | readonly string[]
  readonly peers: readonly BgpPeer[]
}

/** A router. Fields mean what they mean to the speaker. */
export interface BgpPeer extends WrittenPeer {
  /** Seconds that the router may keep the routes while the control plane is away; 0: it is not asked to. */
  readonly gracefulRestart: number
  /** A file with the password of TCP MD5. */
  readonly passwordFile?: string | undefined
  readonly bfd?: BgpBfd | undefined
}

/** A BFD session beside the BGP session: the way is known to be cut within `multiplier` times `intervalMs`. */
export interface BgpBfd {
  readonly intervalMs: number
  readonly multiplier: number
}

/** What the routes of a service carry. */
export interface ServiceBgp {
  readonly med?: number | undefined
  readonly localPref?: number | undefined
  readonly communities: readonly string[]
  /** Names of peers; left out: all. */
  readonly peers?: readonly string[] | undefined
}
