import { z } from 'zod'
import type { ApiClient } from '../api/client.ts'
import { KubeError } from '../error.ts'
import * as fields from '../objects/fields.ts'
import type { Nullish } from '../objects/keep.ts'
import { collectionPath, objectPath } from '../watch/query.ts'

/** Who leads, as a `coordination.k8s.io/v1` Lease says it. */
export interface LeaseSpec {
  /** Empty: nobody. */
  readonly holderIdentity?: Nullish<string>
  readonly leaseDurationSeconds?: Nullish<number>
  readonly acquireTime?: Nullish<string>
  readonly renewTime?: Nullish<string>
  readonly leaseTransitions?: Nullish<number>
}

export interface Lease {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string | undefined
    readonly resourceVersion: string
  }
  readonly spec: LeaseSpec
}

const kind = { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', plural: 'leases' } as const

const schema = fields.part('a Lease', {
  metadata: z.looseObject({ name: fields.name, resourceVersion: fields.text }),
  spec: fields.maybe(
    fields.part('the spec of a lease', {
      holderIdentity: fields.maybe(fields.text),
      leaseDurationSeconds: fields.maybe(fields.integer('a number of seconds', 0, 0x7fffffff)),
      acquireTime: fields.maybe(fields.text),
      renewTime: fields.maybe(fields.text),
      leaseTransitions: fields.maybe(fields.integer('a count', 0, 0x7fffffff)),
    }),
  ),
})

/** Reads and writes one lease; a write is refused where somebody else has written in between. */
export class LeaseLock {
  readonly #client: ApiClient
  readonly #namespace: string
  readonly #name: string

  constructor(client: ApiClient, namespace: string, name: string) {
    this.#client = client
    this.#namespace = namespace
    this.#name = name
  }

  /** `undefined`: there is none yet. */
  async get(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#ask({ operation: `read the lease ${this.#name}`, path: this.#path(), signal })
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined
      throw error
    }
  }

  /** Throws a {@link KubeError} of status 409 where there is one by now. */
  create(spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
    const metadata = { name: this.#name, namespace: this.#namespace }
    return this.#ask({
      operation: `make the lease ${this.#name}`,
      method: 'POST',
      path: collectionPath(kind, this.#namespace),
      body: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, spec },
      signal,
    })
  }

  /** Throws a {@link KubeError} of status 409 where it is another one by now. */
  replace({ metadata }: Lease, spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
    return this.#ask({
      operation: `renew the lease ${this.#name}`,
      method: 'PUT',
      path: this.#path(),
      body: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, spec },
      signal,
    })
  }

  #path(): string {
    return objectPath(kind, { namespace: this.#namespace, name: this.#name })
  }

  async #ask(request: Parameters<ApiClient['json']>[0]): Promise<Lease> {
    const parsed = schema.safeParse(await this.#client.json(request))
    if (!parsed.success) throw new KubeError('MALFORMED', request.operation, parsed.error.issues[0]!.message)
    return { metadata: parsed.data.metadata, spec: parsed.data.spec ?? {} }
  }
}
