import type { ChecksumKind, Family } from '../wire/advertisement.ts'

/** How gratuitous ARP and unsolicited neighbour advertisements are repeated; the defaults are keepalived's. */
export interface Repeats {
  /** How many at a time for each address (`garp_master_repeat`). Default 5. */
  readonly repeat: number
  /** After becoming active, once more after so long (`garp_master_delay`). Default 5000; 0: not once more. */
  readonly delayMs: number
  /** While active, again so often (`garp_master_refresh`). Default 0: never. */
  readonly refreshMs: number
  /** How many at a time then (`garp_master_refresh_repeat`). Default 1. */
  readonly refreshRepeat: number
}

/** One virtual router: addresses of one family that have one owner at a time. */
export interface RouterConfig {
  /** 1 to 255, the same on all routers of the group. */
  readonly id: number
  readonly family: Family
  /** 1 to 255, the higher the better. 255 means that the addresses are this host's own: it never backs down. */
  readonly priority: number
  /** Hundredths of a second between advertisements, 1 to 4095. */
  readonly interval: number
  /** Whether to take over from an active router of lower priority. With priority 255 always. */
  readonly preempt: boolean
  /** Wait so long before that (`preempt_delay`). */
  readonly preemptDelayMs: number
  /** Whether packets to the addresses are taken as this host's own while it is active (RFC 9568, 6.1); see {@link accepts}. */
  readonly acceptMode: boolean
  /** In canonical spelling. */
  readonly addresses: readonly string[]
  /** The sender's own address in advertisements: decides between equal priorities, the higher wins. */
  readonly source: string
  /** Unicast to these instead of multicast, and from nobody else (`unicast_peer`). */
  readonly peers: readonly string[]
  readonly checksum: ChecksumKind
  readonly repeats: Repeats
}

/** What keepalived has where its user says nothing. */
export const defaultRepeats: Repeats = { repeat: 5, delayMs: 5000, refreshMs: 0, refreshRepeat: 1 }

/** What a {@link RouterConfig} has unless said otherwise. */
export const defaultRouter: Pick<
  RouterConfig,
  'priority' | 'interval' | 'preempt' | 'preemptDelayMs' | 'acceptMode' | 'peers' | 'checksum' | 'repeats'
> = {
  priority: 100,
  interval: 100,
  preempt: true,
  preemptDelayMs: 0,
  acceptMode: false,
  peers: [],
  checksum: 'pseudo-header',
  repeats: defaultRepeats,
}

/** The priority of a router that owns the addresses. */
export const OWNER_PRIORITY = 255

/** How much later than its betters a backup takes over, in ms (RFC 9568, 6.1: Skew_Time). */
export function skewMs(priority: number, interval: number): number {
  return (10 * (256 - priority) * interval) / 256
}

/** Silence of the active router for so long, in ms, and a backup takes over (RFC 9568, 6.1: Active_Down_Interval). */
export function downMs(priority: number, interval: number): number {
  return 30 * interval + skewMs(priority, interval)
}
