import { healthCheckSchema, type HealthCheck } from '../src/index.ts'
import { probeOf } from '../src/check/check.ts'
import type { Running, Target } from '../src/probe/probe.ts'
import { startProbe } from '../src/probe/probes.ts'
import type { Outcome } from '../src/state/state.ts'

/** A health check as a user writes it. */
export function check(written: object): HealthCheck {
  return healthCheckSchema.parse(written)
}

/** Runs one check of a local port to its end. */
export function probe(written: object, port: number, target: Partial<Target> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    startProbe(probeOf(check(written)), { address: '127.0.0.1', port, ...target }, resolve)
  })
}

/** Starts one check of a local port; what it comes to when its time is up is the caller's to ask. */
export function probing(written: object, port: number, done: (outcome: Outcome) => void = () => {}): Running {
  return startProbe(probeOf(check(written)), { address: '127.0.0.1', port }, done)
}
