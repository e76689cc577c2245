import { expect } from '@jest/globals'
import {
  byIp,
  byLabel,
  byNamespace,
  byNode,
  byService,
  type Change,
  endpointSlices,
  type Kind,
  type KubeObject,
  namespaces,
  nodes,
  pods,
  services,
  type Source,
  together,
} from '../src/index.ts'
import type { RawObject } from './fake-api.ts'
import { service } from './objects.ts'
import { names, until, untilStore } from './until.ts'

/** A source that a test can change the objects of. */
export interface Subject extends AsyncDisposable {
  /** A new one of the same objects. */
  source(): Source
  put(kind: Kind<KubeObject>, object: RawObject): Promise<void>
  remove(kind: Kind<KubeObject>, name: string, namespace?: string): Promise<void>
  /** Nothing can be read any more, until it is {@link found}. */
  lost(): Promise<void>
  found(): Promise<void>
}

type Test = (name: string, run: () => Promise<void>, timeoutMs?: number) => void

/** What every source does, whatever it reads from. `space` is a namespace that nobody else uses. */
export function sourceContract(test: Test, subject: () => Subject, space: string): void {
  const inSpace = { namespace: space }
  const slice = (name: string, addresses: readonly string[], nodeName: string): RawObject => ({
    metadata: { name, namespace: space, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map((address) => ({ addresses: [address], nodeName, conditions: { ready: true } })),
  })
  const pod = (name: string, nodeName: string, ip: string): RawObject => ({
    metadata: { name, namespace: space, labels: { app: 'web' } },
    spec: {
      nodeName,
      containers: [{ name: 'main', image: 'x', ports: [{ name: 'http', containerPort: 8080, hostPort: 80 }] }],
    },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
  })
  const node = (name: string, zone: string, ip: string): RawObject => ({
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    spec: {},
    status: { addresses: [{ type: 'InternalIP', address: ip }] },
  })

  test('objects of every kind are found, with what is in use of them, and none twice', async () => {
    await subject().put(namespaces, { metadata: { name: space } })
    await subject().put(nodes, node(`${space}-n1`, 'a', '172.30.9.1'))
    await subject().put(
      services,
      service('web', { clusterIP: undefined, ports: [{ name: 'http', port: 80, targetPort: 'http' }] }, space),
    )
    await subject().put(endpointSlices, slice('web-1', ['10.1.0.1', '10.1.0.2'], `${space}-n1`))
    await subject().put(pods, pod('web-a', `${space}-n1`, '10.1.0.1'))
    await using source = subject().source()
    const stores = {
      namespaces: source.follow(namespaces),
      nodes: source.follow(nodes),
      services: source.follow(services, inSpace),
      slices: source.follow(endpointSlices, inSpace),
      pods: source.follow(pods, inSpace),
    }
    for await (const round of together(stores)) {
      const keys = (changes: readonly Change<KubeObject>[]): string[] => changes.map(({ key }) => key).toSorted()
      expect(keys(round.namespaces)).toContain(space)
      expect(keys(round.nodes)).toContain(`${space}-n1`)
      expect([keys(round.services), keys(round.slices), keys(round.pods)]).toEqual([
        [`${space}/web`],
        [`${space}/web-1`],
        [`${space}/web-a`],
      ])
      break
    }
    expect(stores.services.get(`${space}/web`)?.spec).toMatchObject({
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    })
    expect(stores.slices.get(`${space}/web-1`)).toMatchObject({
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: ['10.1.0.1'],
          nodeName: `${space}-n1`,
          conditions: { ready: true, serving: true, terminating: false },
        },
        { addresses: ['10.1.0.2'] },
      ],
    })
    expect(stores.pods.get(`${space}/web-a`)).toMatchObject({
      spec: {
        nodeName: `${space}-n1`,
        containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080, hostPort: 80 }] }],
      },
      status: { phase: 'Running', podIPs: [{ ip: '10.1.0.1' }] },
    })
    expect(stores.nodes.get(`${space}-n1`)?.status.addresses).toEqual([{ type: 'InternalIP', address: '172.30.9.1' }])
    await until(() => source.status().every(({ state, synced }) => state === 'watching' && synced))
    expect(source.status().flatMap(({ error }) => error ?? [])).toEqual([])
  })

  test('what comes, changes and goes is told, in order for each object', async () => {
    await using source = subject().source()
    const store = source.follow(services, inSpace)
    await store.whenSynced()
    const told: string[] = []
    const reading = (async () => {
      for await (const round of store.rounds())
        for (const { type, key, before, after } of round)
          told.push(`${type} ${key} ${before?.spec.type} → ${after?.spec.type}`)
    })()
    await subject().put(services, service('new', { clusterIP: undefined }, space))
    await untilStore(store, () => store.get(`${space}/new`) !== undefined)
    await subject().put(services, service('new', { clusterIP: undefined, type: 'NodePort' }, space))
    await untilStore(store, () => store.get(`${space}/new`)?.spec.type === 'NodePort')
    await subject().remove(services, 'new', space)
    await untilStore(store, () => store.get(`${space}/new`) === undefined)
    await until(() => told.length === 4)
    await source[Symbol.asyncDispose]()
    await reading
    expect(told).toEqual([
      `added ${space}/web undefined → ClusterIP`,
      `added ${space}/new undefined → ClusterIP`,
      `modified ${space}/new ClusterIP → NodePort`,
      `deleted ${space}/new NodePort → undefined`,
    ])
  })

  test('a change of what nobody keeps is no change', async () => {
    await using source = subject().source()
    const store = source.follow(endpointSlices, inSpace)
    const rounds = store.rounds()[Symbol.asyncIterator]()
    await rounds.next()
    const same = slice('web-1', ['10.1.0.1', '10.1.0.2'], `${space}-n1`)
    await subject().put(endpointSlices, {
      ...same,
      metadata: { ...same.metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x' } },
    } as never)
    await subject().put(endpointSlices, slice('web-2', ['10.1.0.3'], `${space}-n1`))
    const { value } = (await rounds.next()) as { value: readonly Change<KubeObject>[] }
    expect(value.map(({ type, key }) => `${type} ${key}`)).toEqual([`added ${space}/web-2`])
  })

  test('indexes follow', async () => {
    await using source = subject().source()
    const slices = source.follow(endpointSlices, inSpace)
    const podStore = source.follow(pods, inSpace)
    const ofService = slices.index(byService)
    await Promise.all([slices.whenSynced(), podStore.whenSynced()])
    const byName = (found: readonly KubeObject[]): string[] => found.map(({ metadata }) => metadata.name).toSorted()
    expect(byName(ofService.get(`${space}/web`))).toEqual(['web-1', 'web-2'])
    expect(byName(podStore.index(byNode).get(`${space}-n1`))).toEqual(['web-a'])
    expect(byName(podStore.index(byIp).get('10.1.0.1'))).toEqual(['web-a'])
    expect(byName(podStore.index(byNamespace).get(space))).toEqual(['web-a'])
    expect(byName(podStore.index(byLabel('app')).get('web'))).toEqual(['web-a'])
    await subject().put(pods, pod('web-b', `${space}-n1`, '10.1.0.9'))
    await subject().remove(endpointSlices, 'web-2', space)
    await untilStore(podStore, () => podStore.index(byIp).get('10.1.0.9').length > 0)
    await untilStore(slices, () => slices.size === 1)
    expect(byName(podStore.index(byNode).get(`${space}-n1`))).toEqual(['web-a', 'web-b'])
    expect(byName(ofService.get(`${space}/web`))).toEqual(['web-1'])
    await subject().remove(pods, 'web-b', space)
    await untilStore(podStore, () => podStore.size === 1)
    expect(podStore.index(byIp).get('10.1.0.9')).toEqual([])
    expect([...podStore.index(byIp).values()]).toEqual(['10.1.0.1'])
  })

  test('selectors choose by namespace, labels and fields; what is no longer meant is gone', async () => {
    await using source = subject().source()
    const chosen = source.follow(services, {
      ...inSpace,
      labels: {
        matchExpressions: [
          { key: 'app', operator: 'In', values: ['a', 'b'] },
          { key: 'service.kubernetes.io/headless', operator: 'DoesNotExist' },
        ],
      },
    })
    const one = source.follow(pods, { fields: { 'spec.nodeName': `${space}-n1` } })
    const none = source.follow(pods, { fields: { 'metadata.namespace': space, 'metadata.name': 'nobody' } })
    await Promise.all([chosen.whenSynced(), one.whenSynced(), none.whenSynced()])
    expect([names(chosen), names(one), names(none)]).toEqual([[], ['web-a'], []])
    for (const name of ['a', 'b', 'c']) await subject().put(services, service(name, { clusterIP: undefined }, space))
    await untilStore(chosen, () => chosen.size === 2)
    expect(names(chosen)).toEqual(['a', 'b'])
    const moved = service('a', { clusterIP: undefined }, space)
    await subject().put(services, { ...moved, metadata: { ...moved.metadata, labels: { app: 'z' } } })
    await untilStore(chosen, () => chosen.size === 1)
    expect(names(chosen)).toEqual(['b'])
    for (const name of ['a', 'b', 'c']) await subject().remove(services, name, space)
    await untilStore(chosen, () => chosen.size === 0)
  })

  test('a slow reader gets the last state in one round, however much has happened', async () => {
    await using source = subject().source()
    const store = source.follow(services, inSpace)
    const slow = store.rounds()[Symbol.asyncIterator]()
    await slow.next()
    for (let i = 1; i <= 20; i++)
      await subject().put(services, service('busy', { clusterIP: undefined, ports: [{ port: i }] }, space))
    await subject().put(services, service('gone', { clusterIP: undefined }, space))
    await untilStore(store, () => store.get(`${space}/gone`) !== undefined)
    await subject().remove(services, 'gone', space)
    await untilStore(
      store,
      () => store.get(`${space}/gone`) === undefined && store.get(`${space}/busy`)?.spec.ports[0]?.port === 20,
    )
    const { value } = (await slow.next()) as { value: readonly Change<KubeObject>[] }
    expect(value).toEqual([
      expect.objectContaining({
        type: 'added',
        key: `${space}/busy`,
        after: expect.objectContaining({
          spec: expect.objectContaining({ ports: [expect.objectContaining({ port: 20 })] }),
        }),
      }),
    ])
    await subject().remove(services, 'busy', space)
  })

  test('a source that is lost: the state stays, and is told to be old; then it goes on', async () => {
    await using source = subject().source()
    const store = source.follow(services, inSpace)
    await store.whenSynced()
    await until(() => store.status().state === 'watching')
    await subject().lost()
    await until(() => store.status().lostSince !== undefined)
    expect(store.status()).toMatchObject({
      synced: true,
      objects: 1,
      error: expect.any(String),
      nextTryAt: expect.any(Number),
    })
    expect(names(store)).toEqual(['web'])
    await subject().found()
    await subject().put(services, service('after', { clusterIP: undefined }, space))
    await untilStore(store, () => store.size === 2)
    await until(() => store.status().state === 'watching')
    expect(store.status()).not.toHaveProperty('lostSince')
    expect(store.status()).not.toHaveProperty('error')
  })

  test('closing ends readers', async () => {
    const source = subject().source()
    const store = source.follow(services, inSpace)
    await store.whenSynced()
    const reading = (async () => {
      for await (const _round of store.rounds());
    })()
    await source[Symbol.asyncDispose]()
    await reading
    expect(store.status().state).toBe('ended')
    expect(store.size).toBeGreaterThan(0)
  })
}
