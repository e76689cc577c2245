import type { EntryNote } from '../selection/types.ts'
import type { RouteSummary } from '../snapshot/types.ts'

/** The rule that decided about a device. */
export type RuleName =
  /** Chosen: an entry of the selection names it, or its pattern does. */
  | 'named'
  /** Chosen: global unicast routes lead out of it. */
  | 'route'
  /** Chosen: its routes have gone a moment ago. */
  | 'held'
  /** Left out: by an entry with `-` before it. */
  | 'excluded'
  /** Left out: the selection has no `auto`, and nothing in it names it. */
  | 'not-named'
  | LeftOutRule

/** Why `auto` does not choose a device. */
export type LeftOutRule =
  | 'prefix'
  | 'loopback'
  | 'port'
  | 'slave'
  | 'bridge'
  | 'virtual'
  | 'no-ethernet'
  | 'no-route'
  | 'veth'

/** Why a device is chosen, or not. */
export interface Explanation {
  readonly device: string
  readonly index: number
  /** As `ip -d link` shows it; hardware has none, and shows its link type: `ether`, `loopback`, … */
  readonly kind: string
  readonly chosen: boolean
  readonly rule: RuleName
  /** The rule as a sentence. */
  readonly why: string
  /** The entry of the selection that decided, as it was written. */
  readonly entry?: string
  readonly routes: readonly RouteSummary[]
}

/** What a selection comes to on a host. */
export interface Detection {
  /** The names of the chosen devices, by index. */
  readonly devices: readonly string[]
  /** Every device of the host, by index. */
  readonly explanations: readonly Explanation[]
  /** What is asked for and not there: names without a device. */
  readonly problems: readonly EntryNote[]
  /** What is as asked for, but perhaps not as it is meant: entries that match no device. */
  readonly warnings: readonly EntryNote[]
}

/** How to detect. */
export interface DetectOptions {
  /** Whether devices without Ethernet frames (WireGuard, tun, IPIP) will do. Default true. */
  readonly layer3?: boolean
}
