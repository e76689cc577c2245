import type { GoneRule } from '../endpoints/choose.ts'
import type { BackendDraft } from '../backends/draft.ts'
import type { Frontend } from '../model/frontend.ts'
import type { Problem } from '../settings/problem.ts'

export interface MemberDraft {
  readonly backend: string
  readonly weight: number
}

/** A frontend before its members have ids. */
export interface FrontendDraft extends Omit<Frontend, 'members' | 'leftOut'> {
  readonly members: readonly MemberDraft[]
  readonly leftOut: readonly string[]
}

/** A backend that takes its leave from a service: its endpoint is terminating. */
export interface Draining {
  readonly backend: string
  /** When the service lets go of it, in seconds since 1970. */
  readonly deadline?: number
  /** Does it still take new connections? */
  readonly accepts: boolean
  /** Why the service has let go of it, though a slice still lists it. */
  readonly gone?: GoneRule
}

/** What a load balancer is told that asks whether this node has endpoints. */
export interface HealthCheck {
  readonly port: number
  /** Ready endpoints on this node; terminating ones do not count. */
  readonly localEndpoints: number
}

/** A service, compiled by itself: neither ids nor other services are looked at. */
export interface Compiled {
  /** `namespace/name`. */
  readonly name: string
  readonly kind: 'Service' | 'Pod'
  /** As the API has it; empty where it is not known. */
  readonly created: string
  /** Why it has no frontends here on purpose. */
  readonly skipped?: string
  readonly problems: readonly Problem[]
  /** What is left out on purpose. */
  readonly notes: readonly string[]
  readonly frontends: readonly FrontendDraft[]
  /** Every endpoint that exists, also those that are nobody's member here. */
  readonly backends: readonly BackendDraft[]
  readonly draining: readonly Draining[]
  readonly healthCheck?: HealthCheck
  /** One line: how endpoints were chosen. */
  readonly status: string
  /** Why hints of its endpoints do not count here, though they are asked for or there. */
  readonly hintsIgnored?: string
}
