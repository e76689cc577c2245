import type { Outcome } from '../state/state.ts'

/** Where a probe goes. */
export interface Target {
  readonly address: string
  readonly port: number
  /** The address that it leaves from. */
  readonly source?: string | undefined
  /** The port that it leaves from; its connections are reset, so that the next probe can have it. */
  readonly sourcePort?: number | undefined
}

/** A probe under way. Both calls end it; `done` is not called any more. */
export interface Running {
  /** Its time is up: what that means. */
  expire(): Outcome
  /** Its result is not wanted any more. */
  cancel(): void
}

/** Starts one check. `done` is called once, never before this returns. */
export type Probe<Spec> = (spec: Spec, target: Target, done: (outcome: Outcome) => void) => Running

export function pass(reason: string): Outcome {
  return { result: 'pass', reason }
}

export function fail(reason: string): Outcome {
  return { result: 'fail', reason }
}

/** The check could not be made. */
export function none(reason: string): Outcome {
  return { result: 'none', reason }
}
