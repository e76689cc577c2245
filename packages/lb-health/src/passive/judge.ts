import { groundsOf } from './observe.ts'
import type { PassivePolicy } from './policy.ts'
import { type PassiveState, unseen } from './state.ts'

/** A backend before the judge. */
export interface Accused {
  readonly key: string
  readonly state: PassiveState
  /** It gets no new connections anyway, as its active check fails; it counts among those that are out. */
  readonly isDown: boolean
}

/**
 * The states after ejections that are over have ended, and those with grounds have begun, as far as so many may be out:
 * one at a time in the order given, and never the last one. Pure.
 */
export function judge(backends: readonly Accused[], policy: PassivePolicy, now: number): Map<string, PassiveState> {
  const states = new Map(backends.map(({ key, state }) => [key, returned(calmed(state, policy, now), now)]))
  const isOut = ({ key, isDown }: Accused): boolean => isDown || states.get(key)?.ejection !== undefined
  let out = backends.filter(isOut).length
  for (const backend of backends) {
    const state = states.get(backend.key)!
    const grounds = state.ejection === undefined ? groundsOf(state, policy) : undefined
    const others = backend.isDown ? out : out + 1
    const mayGo = others < backends.length && others * 100 <= policy.maxEjectedPercent * backends.length
    const judged = grounds === undefined || mayGo ? { ...state, spared: undefined } : { ...state, spared: grounds }
    states.set(backend.key, grounds !== undefined && mayGo ? ejected(judged, grounds, policy, now) : judged)
    if (grounds !== undefined && mayGo) out = others
  }
  return states
}

/** When the next ejection ends (monotonic ms). */
export function nextReturn(states: Iterable<PassiveState>): number | undefined {
  const ends = [...states].flatMap(({ ejection }) => ejection?.until ?? [])
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function ejected(state: PassiveState, reason: string, policy: PassivePolicy, now: number): PassiveState {
  const times = state.times + 1
  const seconds = Math.min(policy.ejectionSeconds * times, policy.maxEjectionSeconds)
  return { ...unseen(now), times, ejection: { at: now, until: now + seconds * 1000, reason } }
}

function returned(state: PassiveState, now: number): PassiveState {
  const over = state.ejection !== undefined && state.ejection.until <= now
  return over ? { ...unseen(now), times: state.times } : state
}

/** One ejection is forgotten for each first ejection's time without one. */
function calmed(state: PassiveState, { ejectionSeconds }: PassivePolicy, now: number): PassiveState {
  if (state.ejection !== undefined || state.times === 0) return state
  const forgotten = Math.floor((now - state.calmSince) / (ejectionSeconds * 1000))
  if (forgotten <= 0) return state
  const calmSince = state.calmSince + forgotten * ejectionSeconds * 1000
  return { ...state, times: Math.max(0, state.times - forgotten), calmSince }
}
