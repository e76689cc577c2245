// A cluster to play with, until Ctrl-C: node main.ts [--proxy nftables|iptables]
import { parseArgs } from 'node:util'
import { httpServer } from '@skep/testbed'
import { endpointSlices, services } from './api/resource.ts'
import { kubeTestEnv } from './env.ts'
import type { KubeProxyOptions } from './kube-proxy.ts'
import { kubernetesVersion } from './programs/programs.ts'

const { values } = parseArgs({ options: { proxy: { type: 'string' } } })
const modes: readonly string[] = ['nftables', 'iptables', 'ipvs']
if (values.proxy !== undefined && !modes.includes(values.proxy)) {
  console.error(`kube: there is no mode ${values.proxy} of kube-proxy; there are ${modes.join(', ')}`)
  process.exit(2)
}

const cluster = await kubeTestEnv()
for (const name of ['a', 'b']) {
  const node = await cluster.node(name, { zone: `zone-${name}` })
  const pod = await cluster.pod(node, { name: `web-${name}`, labels: { app: 'web' } })
  await httpServer(pod.host, { name: pod.name })
  if (values.proxy !== undefined) await cluster.kubeProxy(node, { mode: values.proxy as KubeProxyOptions['mode'] })
}
const web = await cluster.api.create(services, {
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], trafficDistribution: 'PreferSameZone' },
})
await cluster.api.untilAll(endpointSlices, { labelSelector: 'kubernetes.io/service-name=web' }, (slices) =>
  slices.some(({ endpoints }) => endpoints?.length === 2),
)
const { prefix } = await cluster.network()
console.log(`Kubernetes ${kubernetesVersion()} at ${cluster.url}; logs are in ${cluster.folder}

  export KUBECONFIG=${cluster.kubeconfig()}
  kubectl get nodes,pods,services,endpointslices -o wide

Nodes a and b, each with a pod that serves HTTP, behind the Service web (${web.spec?.clusterIP}). Inside a node:

  ip netns exec ${prefix}-a curl http://${web.spec?.clusterIP}/${values.proxy === undefined ? '     # needs somebody who serves Services: PROXY=nftables, or an agent' : ''}

Ctrl-C ends it, and nothing is left.`)

// The cluster ends with the process, by whatever signal.
setInterval(() => undefined, 1 << 30)
