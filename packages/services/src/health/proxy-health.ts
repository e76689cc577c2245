import type { Node } from '@skep/kube'

/** Taint by which the cluster autoscaler says that it is about to delete a node. */
export const TO_BE_DELETED_TAINT = 'ToBeDeletedByClusterAutoscaler'

/** What `/healthz` and `/livez` answer. */
export interface ProxyHealthAnswer {
  readonly status: 200 | 503
  /** RFC 3339. */
  readonly lastUpdated: string
  readonly currentTime: string
  /** Only `/healthz` says so. */
  readonly nodeEligible?: boolean
}

/**
 * Whether this node's proxy keeps up, and whether the node shall take traffic at all (KEP-3836). A proxy keeps up while no
 * change has waited for longer than the limit to be written. A node that is being deleted, or is tainted
 * `ToBeDeletedByClusterAutoscaler`, takes no new connections: its `/healthz` fails, its `/livez` does not.
 */
export class ProxyHealth {
  readonly #limitMs: number
  readonly #clock: () => number
  #lastUpdated: number
  #waitingSince: number | undefined
  #isEligible = true

  /** `clock`: milliseconds since 1970. */
  constructor({
    limitMs = 60_000,
    clock = Date.now,
  }: { readonly limitMs?: number; readonly clock?: () => number } = {}) {
    this.#limitMs = limitMs
    this.#clock = clock
    this.#lastUpdated = clock()
  }

  /** A change has come that is to be written. */
  queued(): void {
    this.#waitingSince ??= this.#clock()
  }

  /** All changes that have come are written. */
  updated(): void {
    this.#waitingSince = undefined
    this.#lastUpdated = this.#clock()
  }

  /** This node's object, as it is now. While the API server is away the last one counts. */
  setNode({ metadata, spec }: Node): void {
    const isTainted = spec.taints.some(({ key }) => key === TO_BE_DELETED_TAINT)
    this.#isEligible = metadata.deletionTimestamp === undefined && !isTainted
  }

  /** Does the proxy keep up? Health-check ports ask no more than that. */
  get isHealthy(): boolean {
    return this.#waitingSince === undefined || this.#clock() - this.#waitingSince < this.#limitMs
  }

  get isNodeEligible(): boolean {
    return this.#isEligible
  }

  /** What load balancers ask. */
  healthz(): ProxyHealthAnswer {
    return { ...this.#answer(this.isHealthy && this.#isEligible), nodeEligible: this.#isEligible }
  }

  /** What the kubelet asks, which must not restart a proxy because its node is about to go. */
  livez(): ProxyHealthAnswer {
    return this.#answer(this.isHealthy)
  }

  #answer(isFine: boolean): ProxyHealthAnswer {
    const now = new Date(this.#clock()).toISOString()
    return {
      status: isFine ? 200 : 503,
      lastUpdated: isFine ? now : new Date(this.#lastUpdated).toISOString(),
      currentTime: now,
    }
  }
}
