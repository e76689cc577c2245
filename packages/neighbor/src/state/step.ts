import type { Neighbor, NeighborState } from 'netlink-ts'
import type { Fact, HopState, Phase } from './types.ts'

/** States in which the kernel sends to an entry's address (NUD_VALID of include/net/neighbour.h). */
const usable: ReadonlySet<NeighborState | number> = new Set<NeighborState>([
  'reachable',
  'stale',
  'delay',
  'probe',
  'noarp',
  'permanent',
])

/** Whether the kernel sends packets by this entry. */
export function isUsable({ state }: Pick<Neighbor, 'state'>): boolean {
  return usable.has(state)
}

/** A next hop of which nothing is known yet. */
export function unknownHop(at: number): HopState {
  return { phase: 'absent', since: at, kernel: 'none', flags: [], failures: 0, moves: 0 }
}

/**
 * A next hop after what the kernel tells of it at this time. The kernel confirms neighbours all the time, and asks again
 * for those that do not answer: neither begins anything new. Pure.
 */
export function step(before: HopState, fact: Fact, at: number): HopState {
  const phase = phaseAfter(before, fact)
  const mac = phase === 'usable' ? fact?.lladdr : before.mac
  const hasMoved = phase === 'usable' && before.mac !== undefined && before.mac !== mac
  const isSame = phase === before.phase && !hasMoved
  return {
    phase,
    since: isSame ? before.since : Math.max(at, before.since),
    kernel: fact?.state ?? 'none',
    flags: fact?.flags ?? [],
    ...(mac === undefined ? {} : { mac }),
    failures: before.failures + Number(phase === 'failed' && before.phase !== 'failed'),
    moves: before.moves + Number(hasMoved),
  }
}

function phaseAfter(before: HopState, fact: Fact): Phase {
  if (fact === undefined) return 'absent'
  if (isUsable(fact)) return 'usable'
  return fact.state === 'failed' || before.phase === 'failed' ? 'failed' : 'resolving'
}
