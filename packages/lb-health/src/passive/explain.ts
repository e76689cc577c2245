import type { Clock } from '../clock.ts'
import { age } from '@skep/terminal'
import type { PassivePolicy } from './policy.ts'
import type { PassiveState } from './state.ts'

/** What a backend's connections have shown and what follows, in one line. Pure. */
export function explainPassive(key: string, state: PassiveState, policy: PassivePolicy, clock: Clock): string {
  const { ejection, spared, row, times } = state
  const now = clock.now()
  if (ejection !== undefined) {
    const left = age(ejection.until - now)
    return `${key} is ejected for ${left} more, for the ${nth(times)} time: ${ejection.reason}; gets no new connections`
  }
  if (spared !== undefined)
    return `${key} is used, though ${spared}: more than maxEjectedPercent (${policy.maxEjectedPercent}%) would be out`
  const failed = row.refused + row.unanswered
  if (failed === 0) return `${key} is not ejected`
  const limit = policy.consecutiveFailures > 0 ? ` of ${policy.consecutiveFailures}` : ''
  return `${key} is not ejected; ${failed}${limit} connections in a row failed`
}

function nth(n: number): string {
  const tens = n % 100 > 10 && n % 100 < 14
  return `${n}${(tens ? undefined : ['th', 'st', 'nd', 'rd'][n % 10]) ?? 'th'}`
}
