import { readFileSync } from 'node:fs'
import {
  type Cluster,
  type kinds,
  kubeTestEnv,
  type Node,
  type Pod,
  type PodOptions,
  services,
} from '@skep/kube-testenv'
import { httpServer } from '@skep/testbed'
import { parseAllDocuments } from 'yaml'
import type { ServiceRow } from '../src/control/documents.ts'
import { SkepAgent } from './skep-agent.ts'

const AGENT = 'system:serviceaccount:kube-system:skep-agent'
const manifest = new URL('../../../deploy/kubernetes/skep-agent-rbac.yaml', import.meta.url)

/** A cluster of two nodes in two zones, on which agents have the rights of their manifest and no others. */
export class Site implements AsyncDisposable {
  readonly cluster: Cluster
  readonly here: Node
  readonly there: Node

  static async open(): Promise<Site> {
    const cluster = await kubeTestEnv({ authorization: 'RBAC', users: [{ name: AGENT }] })
    for (const document of parseAllDocuments(readFileSync(manifest, 'utf8')))
      await cluster.api.applyManifest(document.toJS() as kinds.KubeObject)
    return new Site(cluster, await cluster.node('here', { zone: 'a' }), await cluster.node('there', { zone: 'b' }))
  }

  private constructor(cluster: Cluster, here: Node, there: Node) {
    this.cluster = cluster
    this.here = here
    this.there = there
  }

  /** An agent on the first node; resolves when all services are served. */
  async agent(stack: AsyncDisposableStack, ...options: string[]): Promise<SkepAgent> {
    const agent = stack.use(new SkepAgent(this.cluster, this.here, AGENT, options))
    await agent.start()
    return agent
  }

  /** A pod that answers with its name, and is ready when it does. */
  async webPod(stack: AsyncDisposableStack, node: Node, name: string, options: Partial<PodOptions> = {}): Promise<Pod> {
    const app = name.replace(/-\d+$/, '')
    const pod = stack.use(await this.cluster.pod(node, { name, labels: { app }, ...options, ready: false }))
    stack.use(await httpServer(pod.host, { name }))
    await pod.setReady(true)
    return pod
  }

  /** A service of the pods that are called like it. Returns its addresses, IPv4 and IPv6. */
  async service(
    stack: AsyncDisposableStack,
    name: string,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly string[]> {
    const object = await this.cluster.api.create(services, {
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port: 80 }], ipFamilyPolicy: 'PreferDualStack', ...spec },
    })
    stack.defer(async () => void (await this.cluster.api.delete(services, { name })))
    return object.spec!.clusterIPs as string[]
  }

  /** The service's LoadBalancer address, as a cloud or an operator would write it. */
  async giveAddress(name: string, ip: string): Promise<void> {
    const status = { loadBalancer: { ingress: [{ ip }] } }
    await this.cluster.api.patch(services, { name }, { status }, { subresource: 'status' })
  }

  /** What a process of the first node gets there. */
  get(address: string, port = 80): Promise<string> {
    const host = address.includes(':') ? `[${address}]` : address
    return this.here.machine.exec('curl', '-sSm5', `http://${host}:${port}/`)
  }

  /** Resolves when these answer, and nobody else. */
  async untilAnswers(wanted: readonly string[], address: string, port = 80): Promise<void> {
    let seen = new Set<string>()
    for (let rounds = 0; rounds < 40; rounds++) {
      seen = new Set()
      for (let i = 0; i < 12; i++) seen.add(await this.get(address, port).catch((error: Error) => error.message))
      if (seen.size === wanted.length && wanted.every((one) => seen.has(one))) return
    }
    throw new Error(`${address}:${port} is answered by ${[...seen].join(', ')}, not by ${wanted.join(', ')}`)
  }

  /** Resolves when so many backends of an address take connections. */
  async untilBackends(agent: SkepAgent, address: string, wanted: number): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const rows = JSON.parse(await agent.ask('services', '--json')) as ServiceRow[]
      const row = rows.find(({ frontend, scope }) => frontend === `${address}:80` && scope === 'internal')
      if (row?.backends === wanted) return
    }
    throw new Error(`${address} does not come to ${wanted} backends`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]()
  }
}
