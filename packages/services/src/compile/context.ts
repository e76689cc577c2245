import type { EndpointSlice, Namespace, Service } from '@skep/kube'
import type { Options } from '../options.ts'

/** What is known of this node. */
export interface NodeFacts {
  readonly name: string
  /** Label `topology.kubernetes.io/zone`. */
  readonly zone?: string | undefined
  readonly labels: Readonly<Record<string, string>>
}

/** What a service is compiled against. */
export interface Context {
  readonly options: Options
  readonly node: NodeFacts
  /** Has this pod ended, though a slice may still list it? */
  readonly isPodEnded: (pod: string, uid: string | undefined) => boolean
  /** When a backend was first seen terminating, in seconds since 1970; `undefined`: not yet. */
  readonly drainingSince: (backend: string) => number | undefined
  /** Seconds since 1970. */
  readonly now: number
}

/** A service with what belongs to it. */
export interface ServiceInput {
  readonly service: Service
  /** In the order of their names. */
  readonly slices: readonly EndpointSlice[]
  readonly namespace?: Namespace | undefined
}
