import type { Lease, LeaseSpec } from './lease.ts'
import { microTime } from '../write/event.ts'

/** A lease, and when we saw it change last, by our own clock: times in it are of other machines, whose clocks may be wrong. */
export interface Observed {
  readonly lease: Lease
  /** Of a clock that does not jump, in milliseconds. */
  readonly since: number
}

/** Takes notice of a lease. Only that it changed says that its holder lives. */
export function observe(before: Observed | undefined, lease: Lease, now: number): Observed {
  const same = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion
  return { lease, since: same && before ? before.since : now }
}

export interface Candidate {
  readonly identity: string
  readonly leaseMs: number
}

/** Whether the lease is free, as far as can be known: nobody holds it, or who does has not renewed it for as long as it was promised to. */
export function isFree({ lease, since }: Observed, { identity }: Candidate, now: number): boolean {
  const { holderIdentity, leaseDurationSeconds } = lease.spec
  if (!holderIdentity || holderIdentity === identity) return true
  return now - since > (leaseDurationSeconds ?? 0) * 1000
}

/** The lease as the candidate holds it. */
export function held(before: LeaseSpec | undefined, { identity, leaseMs }: Candidate, wall: number): LeaseSpec {
  const mine = before?.holderIdentity === identity
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseMs / 1000),
    acquireTime: (mine && before.acquireTime) || microTime(wall),
    renewTime: microTime(wall),
    leaseTransitions: (before?.leaseTransitions ?? 0) + (mine || !before ? 0 : 1),
  }
}

/** The lease as nobody holds it: the next one need not wait. */
export function released(before: LeaseSpec, wall: number): LeaseSpec {
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(wall) }
}
