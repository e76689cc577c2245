import { afterAll, beforeAll } from '@jest/globals'
import { clusterNeeds, type Cluster, kubeTestEnv } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { sourceContract, type Subject } from '../../test/contract.ts'
import type { RawObject } from '../../test/fake-api.ts'
import { ApiSource, type Listing } from '../index.ts'

/** A real API server. */
class Server implements Subject {
  readonly #cluster: Cluster
  readonly #listing: Listing

  constructor(cluster: Cluster, listing: Listing) {
    this.#cluster = cluster
    this.#listing = listing
  }

  source(): ApiSource {
    const { url: server, ca } = this.#cluster
    const cluster = { server, from: 'the test', ca: { data: ca }, token: { data: this.#cluster.token() } }
    return new ApiSource(cluster, { listing: this.#listing, page: 2, backoff: { firstMs: 50, mostMs: 500 } })
  }

  put: Subject['put'] = async (kind, { metadata, status, ...rest }) => {
    const { api } = this.#cluster
    await api.apply<RawObject>(kind, { metadata, ...rest })
    if (status === undefined) return
    await api.patch(kind, metadata, { status }, { subresource: 'status' })
  }

  remove: Subject['remove'] = (kind, name, namespace) =>
    this.#cluster.api.delete(kind, { name, ...(namespace !== undefined && { namespace }) }, 0)

  lost: Subject['lost'] = () => this.#cluster.apiServer.kill()
  found: Subject['found'] = () => this.#cluster.apiServer.start()

  async [Symbol.asyncDispose](): Promise<void> {}
}

const { describe, test } = needing(...clusterNeeds)

describe('a real API server', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await kubeTestEnv({ authorization: 'AlwaysAllow' })
  })
  afterAll(() => cluster?.[Symbol.asyncDispose]())

  for (const listing of ['watch', 'pages'] as const)
    describe(`listed by ${listing}`, () => sourceContract(test, () => new Server(cluster, listing), `by-${listing}`))
})
