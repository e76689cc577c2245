import type { Neighbor } from 'netlink-ts'
import type { NextHop } from '../hop/types.ts'

/** How the kernel is made to know the next hops' MAC addresses. */
export type KeepMode =
  /** It keeps them resolved by itself (Linux 5.16). */
  | 'managed'
  /** It resolves them now, and is asked again and again. */
  | 'use'

/** What becomes of permanent entries that nobody is known to have left. */
export type PermanentPolicy =
  /** Somebody has made them on purpose: they stay as they are. */
  | 'keep'
  /** An earlier agent has left them (as Cilium before 1.11 does): those of wanted next hops become dynamic. */
  | 'convert'

/** What one plan is made of. By `hopKey` where a map. */
export interface KeepInput {
  readonly wanted: readonly NextHop[]
  readonly neighbors: ReadonlyMap<string, Neighbor>
  /** What this keeper noted that it keeps, or kept when it was killed. */
  readonly noted: readonly NextHop[]
  /** What other keepers of this host keep: not ours to take away. */
  readonly others: ReadonlySet<string>
  /** The addresses of this host; link-local ones by `hopKey`. */
  readonly own: ReadonlySet<string>
  /** Indexes of devices where there are neighbours to resolve: they are up, and have MAC addresses. */
  readonly devices: ReadonlySet<number>
  readonly mode: KeepMode
  readonly permanent: PermanentPolicy
  /** The first plan of a run: what it finds was left, not made meanwhile. */
  readonly atStart: boolean
}

/** One thing to do to the kernel's table. */
export type KeepAction =
  /** Has it resolved; in mode `managed` kept resolved. */
  | { readonly do: 'keep'; readonly hop: NextHop }
  /** A permanent entry takes part in resolution again, and keeps its MAC address meanwhile. */
  | { readonly do: 'convert'; readonly hop: NextHop; readonly lladdr: string }
  | { readonly do: 'remove'; readonly hop: NextHop; readonly why: 'unwanted' | 'own' }

/** What is to be done, and what is left alone. */
export interface KeepPlan {
  readonly actions: readonly KeepAction[]
  /** What is kept when it is done: to be noted before. */
  readonly kept: readonly NextHop[]
  /** Wanted, and permanent by somebody else's will: as good. */
  readonly foreign: readonly NextHop[]
  /** Wanted, and an address of this host: never a neighbour. */
  readonly own: readonly NextHop[]
  /** Wanted, by a device that is down, or has no MAC addresses: nothing to resolve there. */
  readonly idle: readonly NextHop[]
}
