import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { httpServer, needing } from '@skep/testbed'
import type { Cluster, kinds, Node } from './index.ts'
import { clusterNeeds, endpointSlices, kubeTestEnv, nodes, pods, services } from './index.ts'

const { describe } = needing(...clusterNeeds)

const slicesOf = (name: string): { labelSelector: string } => ({ labelSelector: `kubernetes.io/service-name=${name}` })

/** The IPv4 endpoints of all slices, in the order of their nodes. */
function endpointsOf(slices: readonly kinds.EndpointSlice[]): readonly kinds.Endpoint[] {
  return slices
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .toSorted((a, b) => (a.nodeName ?? '').localeCompare(b.nodeName ?? ''))
}

describe('what controllers make of nodes, pods and Services', () => {
  let cluster: Cluster
  let here: Node
  let there: Node

  beforeAll(async () => {
    cluster = await kubeTestEnv()
    here = await cluster.node('here', { zone: 'a' })
    there = await cluster.node('there', { zone: 'b' })
  })

  afterAll(() => cluster[Symbol.asyncDispose]())

  async function untilEndpoints(
    service: string,
    wanted: (endpoints: readonly kinds.Endpoint[]) => boolean,
  ): Promise<readonly kinds.Endpoint[]> {
    const slices = await cluster.api.untilAll(endpointSlices, slicesOf(service), (all) => wanted(endpointsOf(all)))
    return endpointsOf(slices)
  }

  test('a Service with a selector has slices of its pods; what these serve is reached from other nodes', async () => {
    await using one = await cluster.pod(here, { labels: { app: 'web' } })
    await using two = await cluster.pod(there, { labels: { app: 'web' }, ready: false })
    await cluster.api.create(services, {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    })
    expect(await untilEndpoints('web', (all) => all.length === 2)).toMatchObject([
      { addresses: [one.ip], nodeName: 'here', zone: 'a', conditions: { ready: true } },
      { addresses: [two.ip], nodeName: 'there', zone: 'b', conditions: { ready: false } },
    ])
    await two.setReady(true)
    await untilEndpoints('web', (all) => all.every(({ conditions }) => conditions?.ready === true))

    await using _ = await httpServer(one.host, { name: 'one' })
    for (const url of [`http://${one.ip}/`, `http://[${one.addresses[1]}]/`])
      for (const host of [here.machine, there.machine, two.host, await cluster.machine(`client-${url.length}`)])
        expect(await host.exec('curl', '-s', url)).toBe('one')
  })

  test('a pod that is deleted is terminating until it is removed', async () => {
    await using pod = await cluster.pod(here, { labels: { app: 'ending' } })
    await cluster.api.create(services, {
      metadata: { name: 'ending' },
      spec: { selector: { app: 'ending' }, ports: [{ port: 80 }] },
    })
    await untilEndpoints('ending', ([endpoint]) => endpoint?.conditions?.ready === true)
    await pod.terminate()
    const [endpoint] = await untilEndpoints('ending', ([one]) => one?.conditions?.terminating === true)
    expect(endpoint?.conditions).toMatchObject({ ready: false, serving: true })
    await pod.remove()
    await untilEndpoints('ending', (all) => all.length === 0)
    expect(await cluster.api.find(pods, pod)).toBeUndefined()
  })

  test('hints by zone and by node, as trafficDistribution asks; a node that moves takes them along', async () => {
    const hinted = { app: 'hinted' }
    await using _one = await cluster.pod(here, { labels: hinted })
    await using _two = await cluster.pod(there, { labels: hinted })
    const spec = { selector: hinted, ports: [{ port: 80 }] }
    await cluster.api.create(services, {
      metadata: { name: 'zoned' },
      spec: { ...spec, trafficDistribution: 'PreferSameZone' },
    })
    await cluster.api.create(services, {
      metadata: { name: 'near' },
      spec: { ...spec, trafficDistribution: 'PreferSameNode' },
    })
    const zones = (all: readonly kinds.Endpoint[]): unknown =>
      all.map(({ hints }) => hints?.forZones?.map(({ name }) => name).join())
    await untilEndpoints('zoned', (all) => String(zones(all)) === 'a,b')
    const near = await untilEndpoints('near', (all) => all.every(({ hints }) => hints?.forNodes))
    expect(near.map(({ hints }) => hints?.forNodes)).toEqual([[{ name: 'here' }], [{ name: 'there' }]])
  })

  test('a pod on its host’s network has its node’s addresses, and ends without it', async () => {
    await using pod = await cluster.pod(here, { hostNetwork: true })
    expect((await pod.get()).status?.podIPs).toEqual(here.addresses.map((ip) => ({ ip })))
    await pod.remove()
    expect(await here.machine.exec('cat', '/proc/sys/net/ipv4/ip_forward')).toBe('1\n')
  })

  test('a node without ranges for pods is given some by the controller manager', async () => {
    const node = await cluster.node('allocated', { podCIDRs: 'allocated' })
    expect(node.podCIDRs[0]).toMatch(/^10\.244\.\d+\.0\/24$/)
    expect(node.podCIDRs[1]).toMatch(/^fd00:244:0:\w+::\/64$|^fd00:244::\/64$/)
    expect((await cluster.api.get(nodes, { name: 'allocated' })).spec?.podCIDRs).toEqual(node.podCIDRs)
    await node.remove()
    expect(await cluster.api.find(nodes, { name: 'allocated' })).toBeUndefined()
  })
})
