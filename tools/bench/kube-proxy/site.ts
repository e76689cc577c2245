import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, kubeTestEnv, type Node } from '@skep/kube-testenv'
import { untilLine } from '@skep/testbed'
import { Caller } from './caller.ts'
import type { Contender, Proxy } from './contender.ts'
import { kubeProxyOn } from './kube-proxy.ts'
import { compileLoad } from './load-program.ts'
import { BACKEND_PORT, BACKENDS } from './objects.ts'
import { AgentProxy, type Build } from './skep-agent.ts'

/**
 * One cluster for all: each contender has a node of its own with a pod that calls, `direct` one on which nobody serves
 * Services; the server has all addresses of backends.
 */
export interface Site extends AsyncDisposable {
  readonly cluster: Cluster
  readonly contenders: readonly Contender[]
  readonly direct: Caller
}

export async function buildSite(build: Build): Promise<Site> {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'skep-kube-proxy-bench-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const program = compileLoad(folder)
  const cluster = stack.use(await kubeTestEnv({ authorization: 'AlwaysAllow', controllerManager: false }))
  await startServer(cluster, program)
  const contenders: Contender[] = []
  const proxies: Readonly<Record<string, (node: Node) => Proxy | Promise<Proxy>>> = {
    skep: (node) => new AgentProxy(cluster, node, folder, build),
    nftables: (node) => kubeProxyOn(cluster, node, 'nftables'),
    iptables: (node) => kubeProxyOn(cluster, node, 'iptables'),
  }
  for (const [name, open] of Object.entries(proxies)) {
    const node = await cluster.node(name)
    const pod = await cluster.pod(node, { name: `client-${name}` })
    const [caller, beside] = [stack.use(new Caller(pod.host, program)), stack.use(new Caller(pod.host, program))]
    contenders.push({ proxy: stack.use(await open(node)), node, pod, caller, beside })
  }
  const free = await cluster.pod(await cluster.node('free'), { name: 'client-free' })
  const direct = stack.use(new Caller(free.host, program))
  const owned = stack.move()
  return { cluster, contenders, direct, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function startServer(cluster: Cluster, program: string): Promise<void> {
  const network = await cluster.network()
  const place = await network.join('servers')
  await place.machine.exec('ip', 'route', 'add', 'local', BACKENDS, 'dev', 'lo')
  network.routePods(place, [BACKENDS])
  const server = place.machine.spawn(program, ['serve', String(BACKEND_PORT)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await untilLine(server.stdout!, /ready/)
}
