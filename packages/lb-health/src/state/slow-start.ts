import type { BackendState } from './state.ts'

/** Steps of a slow start: each one moves slots of the ring, so there are few. */
export const rampSteps = 10

/** The part of its weight that a backend has now, and when that changes next (monotonic ms). */
export interface Ramp {
  readonly share: number
  readonly nextChangeAt?: number
}

/** A slow start grows in ten equal steps, the first at once. Pure. */
export function ramp({ rampFrom }: BackendState, slowStartSeconds: number, now: number): Ramp {
  if (rampFrom === undefined || slowStartSeconds <= 0) return { share: 1 }
  const stepMs = (slowStartSeconds * 1000) / rampSteps
  const done = Math.max(0, Math.floor((now - rampFrom) / stepMs))
  if (done >= rampSteps - 1) return { share: 1 }
  return { share: (done + 1) / rampSteps, nextChangeAt: rampFrom + (done + 1) * stepMs }
}
