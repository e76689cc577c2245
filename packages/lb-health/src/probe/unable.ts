import type { Outcome } from '../state/state.ts'
import { none, type Running } from './probe.ts'

/** A check that could not be started. */
export function unable(reason: string, done: (outcome: Outcome) => void): Running {
  const handle = setImmediate(() => done(none(reason)))
  const cancel = (): void => clearImmediate(handle)
  return {
    cancel,
    expire: () => {
      cancel()
      return none(reason)
    },
  }
}
