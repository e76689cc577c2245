import type { Policy } from '../check/check.ts'
import type { BackendState, LastResult } from './state.ts'

/** Hysteresis: the state after a result. The very first result decides alone. Pure. */
export function advance(
  state: BackendState,
  last: LastResult,
  policy: Pick<Policy, 'rise' | 'fall' | 'slowStartSeconds'>,
): BackendState {
  if (last.result === 'none') return { ...state, last }
  const passes = last.result === 'pass'
  if (state.status === 'unknown') return enter(state, last, policy)
  if (passes === (state.status === 'up')) return { ...state, against: 0, last }
  const against = state.against + 1
  return against < (passes ? policy.rise : policy.fall) ? { ...state, against, last } : enter(state, last, policy)
}

/** Who served before (or may have) needs no warming up. */
function enter(state: BackendState, last: LastResult, policy: Pick<Policy, 'slowStartSeconds'>): BackendState {
  const up = last.result === 'pass'
  const fresh = state.status === 'down' || state.initial === 'down'
  const entered = { status: up ? 'up' : 'down', since: last.at, initial: state.initial, against: 0, last } as const
  return up && fresh && policy.slowStartSeconds > 0 ? { ...entered, rampFrom: last.at } : entered
}

/** Whether two states differ in anything that a reader would want to be told: times of a result do not count. */
export function tells(before: BackendState, after: BackendState): boolean {
  return (
    before.status !== after.status ||
    before.since !== after.since ||
    before.against !== after.against ||
    before.last?.result !== after.last?.result ||
    before.last?.reason !== after.last?.reason
  )
}
