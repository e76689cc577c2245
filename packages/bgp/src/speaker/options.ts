import type { Discovery } from '../discovery/discovery.ts'
import type { Labels } from '../rib/selector.ts'
import type { PeerConfig } from './peer-config.ts'
import type { SpeakerEvent } from './status.ts'
import type { Timers } from './timers.ts'
import type { Transport } from './transport.ts'

/** Our addresses and port for peers that connect. */
export interface Listening {
  /** `0.0.0.0` and `::` are all of a family. */
  readonly addresses: readonly string[]
  /** Default 179. */
  readonly port?: number | undefined
}

/** What a speaker is made of. */
export interface SpeakerOptions {
  readonly asn: number
  /** Like `10.0.0.1`: the same in no other speaker of the AS. */
  readonly routerId: string
  /** Absent: only we connect. */
  readonly listen?: Listening | undefined
  readonly peers?: readonly PeerConfig[] | undefined
  readonly nodeLabels?: Labels | undefined
  /**
   * We have restarted while forwarding went on: peers that can have kept our routes, until `complete` says
   * that all are announced again (RFC 4724).
   */
  readonly restarting?: boolean | undefined
  readonly onEvent?: ((event: SpeakerEvent) => void) | undefined
  readonly transport?: Transport | undefined
  /** Finds peers whose address is to be learnt. */
  readonly discovery?: Discovery | undefined
  /** A peer's address was learnt, or is another one; {@link Speaker.reachablePeers} has it. */
  readonly onMoved?: (() => void) | undefined
  readonly timers?: Timers | undefined
  /** From 0 to 1, by chance: for timers' jitter. */
  readonly random?: (() => number) | undefined
}

/** How a speaker ends. */
export interface StopOptions {
  /** Close connections without a word, so that peers which can keep our routes until we are back. */
  readonly keepRoutes?: boolean | undefined
  /** What the peers' operators read (RFC 9003). */
  readonly text?: string | undefined
}
