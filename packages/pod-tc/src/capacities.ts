import type { PodTc } from '@skep/datapath/pod-tc'

/** How many entries each map has. Both forget the longest unused when full. */
export interface Capacities {
  /** Two for each connection. */
  readonly flows: number
  /** Packets in fragments. */
  readonly fragments: number
}

/** 131,072 connections, some 42 MB. */
export const defaultCapacities: Capacities = { flows: 262_144, fragments: 8192 }

/** How full a map is. */
export interface Gauge {
  readonly capacity: keyof Capacities
  readonly used: number
  readonly size: number
}

/** Reads all of both maps. */
export function gaugesOf({ podFlows, podFragments }: PodTc['maps']): Gauge[] {
  return [
    { capacity: 'flows', used: count(podFlows.getBatch()), size: podFlows.info().maxEntries },
    { capacity: 'fragments', used: count(podFragments.getBatch()), size: podFragments.info().maxEntries },
  ]
}

function count(batches: Iterable<readonly unknown[]>): number {
  let sum = 0
  for (const batch of batches) sum += batch.length
  return sum
}
