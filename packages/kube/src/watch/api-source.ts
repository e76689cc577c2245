import { ApiClient, type ApiClientOptions } from '../api/client.ts'
import { type Clock, hostClock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { KubeError } from '../error.ts'
import type { FollowOptions, Source } from '../follow/source.ts'
import type { FollowStatus } from '../follow/status.ts'
import { Tally } from '../follow/tally.ts'
import type { Kind, KubeObject } from '../objects/kinds.ts'
import { ObjectStore } from '../store/object-store.ts'
import type { Store } from '../store/store.ts'
import { Following, type Limits } from './following.ts'
import { type Listing, Reflector } from './reflector.ts'

export interface ApiSourceOptions extends Partial<Limits> {
  readonly clock?: Clock
  /** From 0 to 1; spreads what many would do at once. */
  readonly random?: () => number
  /** `auto`: on the watch, where the API server can. */
  readonly listing?: Listing | 'auto'
  readonly userAgent?: string
}

const defaults: Limits = {
  page: 500,
  objectBytes: 8 * 1024 * 1024,
  silenceMs: 150_000,
  initialSilenceMs: 10_000,
  backoff: { firstMs: 800, mostMs: 30_000 },
}

/** Objects of a cluster, followed at its API server. When it is away, stores keep what they have, for hours if need be. */
export class ApiSource implements Source {
  readonly #client: ApiClient
  readonly #options: ApiSourceOptions
  readonly #clock: Clock
  readonly #ending = new AbortController()
  readonly #followed: { readonly store: ObjectStore<KubeObject>; readonly run: Promise<void> }[] = []

  constructor(cluster: Cluster, options: ApiSourceOptions = {}) {
    this.#options = options
    this.#clock = options.clock ?? hostClock
    const { userAgent } = options
    const clientOptions: ApiClientOptions = { clock: this.#clock, ...(userAgent !== undefined && { userAgent }) }
    this.#client = new ApiClient(cluster, clientOptions)
  }

  follow<T extends KubeObject>(kind: Kind<T>, options: FollowOptions = {}): Store<T> {
    const tally = new Tally(kind.kind, this.#clock)
    const store: ObjectStore<T> = new ObjectStore(kind.kind, () => tally.status(store.synced, store.size))
    const following = new Following({
      client: this.#client,
      kind,
      options,
      store,
      tally,
      clock: this.#clock,
      random: this.#options.random ?? Math.random,
      limits: { ...defaults, ...this.#options },
      signal: this.#ending.signal,
    })
    const { listing = 'auto' } = this.#options
    const run = new Reflector(following, listing === 'auto' ? 'watch' : listing).run()
    this.#followed.push({ store: store as unknown as ObjectStore<KubeObject>, run })
    return store
  }

  status(): readonly FollowStatus[] {
    return this.#followed.map(({ store }) => store.status())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#followed.map(({ run }) => run))
    for (const { store } of this.#followed) store.end(new KubeError('CLOSED', `follow ${store.kind}`, 'was ended'))
    this.#client[Symbol.dispose]()
  }
}
