import type { PassivePolicy } from './policy.ts'
import type { Observation, PassiveState } from './state.ts'

/**
 * The state after a look at a backend's connections. A look that saw any answer ends a row: what came first within it
 * is not known. Who is ejected is not judged by what comes late. Pure.
 */
export function observe(state: PassiveState, seen: Observation, policy: PassivePolicy, now: number): PassiveState {
  if (state.ejection !== undefined) return state
  const { answered, refused, unanswered } = seen
  const kept = state.samples.filter(({ at }) => at > now - policy.windowSeconds * 1000)
  const row = answered > 0 ? { refused: 0, unanswered: 0 } : plus(state.row, seen)
  if (answered + refused + unanswered === 0) return { ...state, samples: kept }
  return { ...state, row, samples: [...kept, { at: now, answered, refused, unanswered }] }
}

type Failures = PassiveState['row']

function plus(a: Failures, b: Failures): Failures {
  return { refused: a.refused + b.refused, unanswered: a.unanswered + b.unanswered }
}

/** Why a backend is to be ejected, in words; `undefined` where nothing speaks against it. Pure. */
export function groundsOf({ row, samples }: PassiveState, policy: PassivePolicy): string | undefined {
  const failed = row.refused + row.unanswered
  if (policy.consecutiveFailures > 0 && failed >= policy.consecutiveFailures)
    return `${failed} connections in a row failed (${words(row)})`
  const failures = samples.reduce(plus, { refused: 0, unanswered: 0 })
  const total = samples.reduce((sum, one) => sum + one.answered + one.refused + one.unanswered, 0)
  const percent = (100 * (failures.refused + failures.unanswered)) / total
  if (policy.failurePercent === 0 || total < policy.minConnections || percent < policy.failurePercent) return undefined
  return `${Math.floor(percent)} % of ${total} connections in ${policy.windowSeconds} s failed (${words(failures)})`
}

function words({ refused, unanswered }: Failures): string {
  const parts = [
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(unanswered > 0 ? [`${unanswered} unanswered`] : []),
  ]
  return parts.join(', ')
}
