import { afterAll, beforeAll, expect } from '@jest/globals'
import {
  clusterNeeds,
  type Cluster,
  endpointSlices as slices,
  events,
  kubeTestEnv,
  leases,
  services as rawServices,
} from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { until } from '../../test/until.ts'
import {
  ApiClient,
  ApiSource,
  applyStatus,
  Election,
  endpointSlices,
  EventRecorder,
  loadKubeConfig,
  services,
  updateStatus,
} from '../index.ts'

const { describe, test } = needing(...clusterNeeds)

describe('a real API server', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await kubeTestEnv({ controllerManager: false, users: [{ name: 'nobody', groups: [] }] })
  })
  afterAll(() => cluster?.[Symbol.asyncDispose]())

  /** As somebody of the kubeconfig that kubectl would have. */
  const as = (user?: string): ApiClient => new ApiClient(loadKubeConfig(cluster.kubeconfig(user)))

  const at = { namespace: 'default', name: 'web' }
  const ingress = (ip: string) => ({ loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } })
  const ips = async (): Promise<string[]> => {
    const { status }: { status?: unknown } = await cluster.api.get(rawServices, at)
    return (status as ReturnType<typeof ingress>).loadBalancer.ingress.map(({ ip }) => ip)
  }

  test('statuses are applied and updated; who else writes is seen', async () => {
    using client = as()
    await cluster.api.create(rawServices, {
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    })
    await applyStatus(client, services, at, ingress('192.0.2.1'), { fieldManager: 'skep' })
    expect(await ips()).toEqual(['192.0.2.1'])
    await expect(
      applyStatus(client, services, at, ingress('192.0.2.9'), { fieldManager: 'other', force: false }),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
    await Promise.all(
      ['192.0.2.2', '192.0.2.3'].map((ip) =>
        updateStatus(
          client,
          services,
          at,
          ({ status }) => ({
            loadBalancer: {
              ingress: [...(status as ReturnType<typeof ingress>).loadBalancer.ingress, { ip, ipMode: 'VIP' }],
            },
          }),
          { fieldManager: 'skep', attempts: 20 },
        ),
      ),
    )
    expect((await ips()).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
  })

  test('events are shown once, with a count, also over a restart', async () => {
    using client = as()
    await using recorder = new EventRecorder(client, { controller: 'skep.dev/agent', instance: 'n1' })
    const about = { apiVersion: 'v1', kind: 'Service', ...at }
    for (let i = 0; i < 3; i++)
      recorder.record({ about, type: 'Warning', reason: 'HintsIgnored', action: 'Filter', note: 'endpoint x has none' })
    await recorder.flushed()
    recorder.record({ about, type: 'Warning', reason: 'HintsIgnored', action: 'Filter', note: 'endpoint x has none' })
    await recorder.flushed()
    expect(recorder.counts).toMatchObject({ dropped: 0 })
    await using anew = new EventRecorder(client, { controller: 'skep.dev/agent', instance: 'n1' })
    anew.record({ about, type: 'Warning', reason: 'HintsIgnored', action: 'Filter', note: 'endpoint x has none' })
    await anew.flushed()
    expect(anew.counts).toMatchObject({ dropped: 0 })
    const { items } = await cluster.api.list(events, { namespace: 'default', fieldSelector: 'reason=HintsIgnored' })
    expect(items).toEqual([
      expect.objectContaining({
        message: 'endpoint x has none',
        type: 'Warning',
        series: expect.objectContaining({ count: 5 }),
      }),
    ])
  })

  test('of two candidates one leads; when it ends the other does; one that is killed is waited for', async () => {
    const times = { leaseMs: 3000, renewDeadlineMs: 2000, retryMs: 200 }
    const stand = (identity: string) => {
      const client = as()
      const terms: AbortSignal[] = []
      const election = new Election(
        client,
        { namespace: 'default', name: 'operator', identity, ...times },
        async (lost) => {
          terms.push(lost)
          await new Promise((resolve) => lost.addEventListener('abort', resolve))
        },
      )
      return {
        election,
        terms,
        [Symbol.asyncDispose]: () => election[Symbol.asyncDispose]().then(() => client[Symbol.dispose]()),
      }
    }
    await using a = stand('a')
    await until(() => a.election.status().leading)
    await using b = stand('b')
    await until(() => b.election.status().leader === 'a')
    await a.election[Symbol.asyncDispose]()
    expect(a.terms[0]!.aborted).toBe(true)
    await until(() => b.election.status().leading)
    expect(b.terms).toHaveLength(1)
    const lease = { name: 'operator', namespace: 'default' }
    await cluster.api.until(
      leases,
      lease,
      (object) => (object as { spec?: { holderIdentity?: string } }).spec?.holderIdentity === 'b',
    )
    // The API server is away for longer than the lease.
    await cluster.apiServer.kill()
    await until(() => b.terms[0]!.aborted)
    expect(b.election.status()).toMatchObject({ leading: false, error: expect.any(String) })
    await cluster.apiServer.start()
    await until(() => b.election.status().leading)
    expect(b.terms).toHaveLength(2)
  }, 120_000)

  test('one who may not list is told so, and what to do', async () => {
    await using source = new ApiSource(loadKubeConfig(cluster.kubeconfig('nobody')))
    const store = source.follow(services)
    await until(() => store.status().error !== undefined)
    expect(store.status().error).toMatch(
      /services: 403 services is forbidden: User "nobody" cannot .*; allow it by a ClusterRole/,
    )
  })

  test('5,000 endpoints in pages and over a restart of the API server: nothing is told twice', async () => {
    const many = Array.from({ length: 50 }, (_, i) => ({
      metadata: { name: `many-${i}`, labels: { 'kubernetes.io/service-name': 'many' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      endpoints: Array.from({ length: 100 }, (_, j) => ({
        addresses: [`10.7.${i}.${j}`],
        conditions: { ready: true },
      })),
    }))
    for (const one of many) await cluster.api.create(slices, one as never)
    await using source = new ApiSource(loadKubeConfig(cluster.kubeconfig()), {
      page: 7,
      listing: 'pages',
      backoff: { firstMs: 20, mostMs: 200 },
    })
    const store = source.follow(endpointSlices, { labels: { matchLabels: { 'kubernetes.io/service-name': 'many' } } })
    const told = new Map<string, number>()
    const reading = (async () => {
      for await (const round of store.rounds()) for (const { key } of round) told.set(key, (told.get(key) ?? 0) + 1)
    })()
    await store.whenSynced()
    expect([...store.values()].reduce((sum, { endpoints }) => sum + endpoints.length, 0)).toBe(5000)
    await cluster.apiServer.kill()
    await until(() => store.status().lostSince !== undefined)
    await cluster.apiServer.start()
    await until(() => store.status().lostSince === undefined)
    await source[Symbol.asyncDispose]()
    await reading
    expect(told.size).toBe(50)
    expect(new Set(told.values())).toEqual(new Set([1]))
  }, 120_000)
})
