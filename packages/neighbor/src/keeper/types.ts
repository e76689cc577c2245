import type { NextHop } from '../hop/types.ts'
import type { KeepFailure } from '../kept/apply.ts'
import type { KeeperNotes } from '../kept/notes.ts'
import type { KeepMode, KeepPlan, PermanentPolicy } from '../kept/types.ts'
import type { RefreshOptions } from '../refresh/schedule.ts'
import type { Transition } from '../state/states.ts'

/** A next hop, and how many destinations are reached by it, where that is counted. */
export interface WantedHop extends NextHop {
  readonly users?: number
}

export interface KeeperOptions {
  /** Default `auto`: as the kernel can, by trying; `use`: as on one before 5.16. */
  readonly mode?: 'auto' | 'use' | undefined
  /** Default `keep`. */
  readonly permanent?: PermanentPolicy | undefined
  readonly refresh?: Partial<RefreshOptions> | undefined
  readonly notes?: KeeperNotes | undefined
}

/** What a round of keeping did. All lists are empty where nothing was to do. */
export interface KeepReport extends Pick<KeepPlan, 'foreign' | 'own' | 'idle'> {
  /** `undefined` before there was anything to try it on. */
  readonly mode: KeepMode | undefined
  readonly added: readonly NextHop[]
  readonly converted: readonly NextHop[]
  readonly removed: readonly NextHop[]
  readonly failed: readonly KeepFailure[]
  /** Next hops that are found otherwise than they were known. */
  readonly transitions: readonly Transition[]
}

/** What an event comes to. */
export interface Noted {
  /** What route lookups have told before may be untrue now. */
  readonly forgets: boolean
  /** Next hops that are in another phase now, or have another MAC address. */
  readonly transitions: readonly Transition[]
}

/** What a keeper has seen and done since it was made. */
export interface KeeperCounts {
  /** Requests to the kernel to resolve an entry. */
  readonly requests: number
  /** Next hops that stopped answering, that came back, and that came with another MAC address. */
  readonly failures: number
  readonly recoveries: number
  readonly moves: number
}
