import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { httpServer, needing, needs } from '@skep/testbed'
import type { Cluster, Node, Pod } from './index.ts'
import { clusterNeeds, endpointSlices, kubeTestEnv, services } from './index.ts'

const { describe } = needing(...clusterNeeds, needs.binary('nft'), needs.binary('iptables'))

describe('kube-proxy on the nodes', () => {
  let cluster: Cluster
  let nodes: Readonly<Record<'nftables' | 'iptables', Node>>
  let client: Pod
  const running = new AsyncDisposableStack()

  beforeAll(async () => {
    cluster = await kubeTestEnv()
    nodes = { nftables: await cluster.node('a'), iptables: await cluster.node('b') }
    for (const node of Object.values(nodes)) {
      const pod = await cluster.pod(node, { labels: { app: 'web' } })
      running.use(await httpServer(pod.host, { name: node.name }))
    }
    await cluster.api.create(services, {
      metadata: { name: 'web' },
      spec: {
        type: 'NodePort',
        clusterIP: '10.96.0.80',
        selector: { app: 'web' },
        ports: [{ port: 80, nodePort: 30080 }],
      },
    })
    await cluster.api.untilAll(endpointSlices, { labelSelector: 'kubernetes.io/service-name=web' }, (slices) =>
      slices.some(({ endpoints }) => endpoints?.length === 2),
    )
    client = await cluster.pod(nodes.nftables)
  })

  afterAll(async () => {
    await running.disposeAsync()
    await cluster[Symbol.asyncDispose]()
  })

  test.each(['nftables', 'iptables'] as const)(
    '%s: a pod and the node reach a Service, others its node port',
    async (mode) => {
      const node = nodes[mode]
      await using proxy = await cluster.kubeProxy(node, { mode })
      await using pod = await cluster.pod(node)
      const outside = await cluster.machine(`outside-${mode}`)
      const urls = [
        [pod.host, 'http://10.96.0.80/'],
        [node.machine, 'http://10.96.0.80/'],
        [outside, `http://${node.ip}:30080/`],
      ] as const
      for (const [host, url] of urls) expect(await host.exec('curl', '-s', '-m', '10', url)).toMatch(/^[ab]$/)
      expect(proxy.running).toBe(true)
      const rules = mode === 'nftables' ? ['nft', 'list', 'ruleset'] : ['iptables-save']
      expect(await node.machine.exec('sh', '-c', rules.join(' '))).toContain('10.96.0.80')
    },
  )

  test('where none runs, nobody serves Services', async () => {
    const node = await cluster.node('bare')
    const { code } = await node.machine.attempt('curl', ['-s', '-m', '1', 'http://10.96.0.80/'])
    expect(code).not.toBe(0)
    expect(client.node).toBe(nodes.nftables)
  })
})
