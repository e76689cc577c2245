import { expect } from '@jest/globals'
import { httpServer, needing } from '@skep/testbed'
import type { kinds } from './index.ts'
import { clusterNeeds, deployments, endpointSlices, kubeTestEnv, pods, services } from './index.ts'

const { test } = needing(...clusterNeeds)

test('a deployment: its pods run on the nodes in turn, an update replaces them, each ends as it wants to', async () => {
  await using cluster = await kubeTestEnv()
  const nodes = [await cluster.node('a'), await cluster.node('b')]
  const ended: string[] = []
  await using _ = await cluster.kubelets(nodes, {
    run: (pod, object) => httpServer(pod.host, { name: object.metadata.labels?.['version'] ?? '' }),
    terminating: async (pod) => {
      ended.push(await nodes[0]!.machine.exec('curl', '-s', `http://${pod.ip}/`))
    },
  })
  await cluster.api.create(services, {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  })
  await cluster.api.create(deployments, deployment('1'))
  await cluster.api.until(deployments, { name: 'web' }, ({ status }) => status?.availableReplicas === 2)
  const { items } = await cluster.api.list(pods, { labelSelector: 'version=1' })
  expect(items.map(({ spec }) => String(spec?.nodeName)).toSorted()).toEqual(['a', 'b'])

  await cluster.api.apply(deployments, deployment('2'))
  await cluster.api.untilAll(pods, { labelSelector: 'version=1' }, (old) => old.length === 0)
  expect(ended).toEqual(['1', '1'])
  const { items: updated } = await cluster.api.list(pods, { labelSelector: 'version=2' })
  const addresses = updated.map(({ status }) => String(status?.podIP)).toSorted()
  await cluster.api.untilAll(endpointSlices, { labelSelector: 'kubernetes.io/service-name=web' }, (slices) => {
    const found = slices.flatMap(({ endpoints }) => endpoints ?? []).flatMap((endpoint) => endpoint.addresses)
    return String(found.toSorted()) === String(addresses)
  })
  for (const address of addresses) expect(await nodes[0]!.machine.exec('curl', '-s', `http://${address}/`)).toBe('2')
})

function deployment(version: string): kinds.Deployment {
  const labels = { app: 'web', version }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } }
  return { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template } }
}
