// A cluster to play with, until Ctrl-C: node main.ts [--proxy nftables|iptables] [--agent]
import { parseArgs } from 'node:util'
import { httpServer, undoAtExit } from '@skep/testbed'
import { endpointSlices, services } from './api/resource.ts'
import { kubeTestEnv } from './env.ts'
import { PlayedAgents } from './play/agents.ts'
import type { KubeProxyOptions } from './kube-proxy.ts'
import { kubernetesVersion } from './programs/programs.ts'

type Mode = KubeProxyOptions['mode']

const modes: readonly string[] = ['nftables', 'iptables']
const { values } = parseArgs({ options: { proxy: { type: 'string' }, agent: { type: 'boolean', default: false } } })
if (values.proxy !== undefined && !modes.includes(values.proxy)) {
  console.error(`kube: there is no mode ${values.proxy} of kube-proxy here; there are ${modes.join(' and ')}`)
  process.exit(2)
}

const cluster = await kubeTestEnv().catch((error: Error) => {
  console.error(`kube: ${error.message}`)
  process.exit(1)
})
const nodes = [await cluster.node('a', { zone: 'zone-a' }), await cluster.node('b', { zone: 'zone-b' })]
for (const node of nodes) {
  const pod = await cluster.pod(node, { name: `web-${node.name}`, labels: { app: 'web' } })
  await httpServer(pod.host, { name: pod.name })
}
const web = await cluster.api.create(services, {
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], trafficDistribution: 'PreferSameZone' },
})
await cluster.api.untilAll(endpointSlices, { labelSelector: 'kubernetes.io/service-name=web' }, (slices) =>
  slices.some(({ endpoints }) => endpoints?.length === 2),
)
if (values.proxy !== undefined) for (const node of nodes) await cluster.kubeProxy(node, { mode: values.proxy as Mode })

const agents = values.agent ? await PlayedAgents.on(cluster, nodes) : undefined
if (agents) undoAtExit(agents)

const { prefix } = await cluster.network()
const unserved = '      # when somebody serves Services: make kube AGENT=1, or PROXY=nftables'
console.log(`Kubernetes ${kubernetesVersion()} at ${cluster.url}; logs are in ${cluster.folder}

  export KUBECONFIG=${cluster.kubeconfig()}
  kubectl get nodes,pods,services,endpointslices -o wide

Nodes a and b, each with a pod that serves HTTP, behind the Service web. Inside a node:

  ${agents?.inside(nodes[0]!, prefix) ?? `ip netns exec ${prefix}-a`} curl http://${web.spec?.clusterIP}/${values.proxy === undefined && !agents ? unserved : ''}
${agents?.help() ?? ''}
Ctrl-C ends it, and nothing is left.`)

// The cluster ends with the process, by whatever signal.
setInterval(() => undefined, 1 << 30)
