import type { NextHop } from '../hop/types.ts'
import type { HopState } from '../state/types.ts'

/** A next hop as a keeper notes it. */
export interface NotedHop extends NextHop {
  /** How many destinations are reached by it, where that is counted. */
  readonly users?: number
  /** How it was when it was noted. */
  readonly state?: HopState
}

/** Remembers which entries a keeper has made, over its end. */
export interface KeeperNotes {
  /** What was kept at last, by this keeper or the one before it. */
  read(): readonly NotedHop[]
  /** Before anything is made: a kill in between leaves nothing unknown. And when one is in another state. */
  write(kept: readonly NotedHop[]): void
  /** What other keepers of this host keep. */
  others(): readonly NextHop[]
}

/** For who keeps none: what is marked in the kernel's table is known for a keeper's own (Linux 5.0). */
export function noNotes(): KeeperNotes {
  let kept: readonly NotedHop[] = []
  return {
    read: () => kept,
    write(now) {
      kept = now
    },
    others: () => [],
  }
}
