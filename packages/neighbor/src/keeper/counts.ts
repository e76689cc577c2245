import type { Transition } from '../state/states.ts'
import type { KeeperCounts } from './types.ts'

/** What the transitions add. Pure. */
export function countTransitions(before: KeeperCounts, transitions: readonly Transition[]): KeeperCounts {
  const count = (is: (transition: Transition) => boolean) => transitions.filter(is).length
  return {
    requests: before.requests,
    failures: before.failures + count(({ from, to }) => to.failures > from.failures),
    recoveries: before.recoveries + count(({ from, to }) => from.phase === 'failed' && to.phase === 'usable'),
    moves: before.moves + count(({ from, to }) => to.moves > from.moves),
  }
}
