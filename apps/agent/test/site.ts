import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Cluster,
  type kinds,
  kubeTestEnv,
  type Node,
  type Pod,
  type PodOptions,
  services,
} from '@skep/kube-testenv'
import { httpServer, udpEcho } from '@skep/testbed'
import { parseAllDocuments } from 'yaml'
import type { ServiceRow } from '../src/control/documents.ts'
import { HeldSocket } from './held-socket.ts'
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

  /** Where the nodes reach the API server. */
  get apiServer(): URL {
    return new URL(/server: (\S+)/.exec(this.cluster.kubeconfigInside())![1]!)
  }

  /** An agent on the first node; resolves when all services are served. */
  agent(stack: AsyncDisposableStack, ...options: string[]): Promise<SkepAgent> {
    return this.agentOn(this.here, stack, ...options)
  }

  /** The same on a node. */
  async agentOn(node: Node, stack: AsyncDisposableStack, ...options: string[]): Promise<SkepAgent> {
    const agent = stack.use(this.makeAgent(node, ...options))
    await agent.start()
    return agent
  }

  /** One that does not run yet. */
  makeAgent(node: Node, ...options: string[]): SkepAgent {
    return new SkepAgent(this.cluster, node, AGENT, options)
  }

  /** A pod that answers with its name, and is ready when it does. */
  async webPod(stack: AsyncDisposableStack, node: Node, name: string, options: Partial<PodOptions> = {}): Promise<Pod> {
    const app = name.replace(/-\d+$/, '')
    const pod = stack.use(await this.cluster.pod(node, { name, labels: { app }, ...options, ready: false }))
    stack.use(await httpServer(pod.host, { name }))
    await pod.setReady(true)
    return pod
  }

  /** A pod that echoes datagrams at port 5353. */
  async echoPod(stack: AsyncDisposableStack, node: Node, name: string): Promise<Pod> {
    const app = name.replace(/-\d+$/, '')
    const pod = stack.use(await this.cluster.pod(node, { name, labels: { app }, ready: false }))
    stack.use(await udpEcho(pod.host, { port: 5353 }))
    await pod.setReady(true)
    return pod
  }

  /** A connection from the first node to each of those that answer there, by their names. */
  async holdEach(
    stack: AsyncDisposableStack,
    names: readonly string[],
    address: string,
  ): Promise<Readonly<Record<string, HeldSocket>>> {
    const held: Record<string, HeldSocket> = {}
    for (let tries = 0; tries < 50 && Object.keys(held).length < names.length; tries++) {
      const one = await HeldSocket.open(this.here.machine, { address, port: 80, protocol: 'tcp' })
      const name = names.find((wanted) => one.answered.endsWith(wanted))
      if (name !== undefined && held[name] === undefined) held[name] = stack.use(one)
      else await one[Symbol.asyncDispose]()
    }
    return held
  }

  /** A service of the pods that are called like it. Returns its addresses, IPv4 and IPv6. */
  async service(
    stack: AsyncDisposableStack,
    name: string,
    spec: Readonly<Record<string, unknown>> = {},
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> {
    const object = await this.cluster.api.create(services, {
      metadata: { name, annotations },
      spec: { selector: { app: name }, ports: [{ port: 80 }], ipFamilyPolicy: 'PreferDualStack', ...spec },
    })
    stack.defer(async () => void (await this.cluster.api.delete(services, { name })))
    return object.spec!.clusterIPs as string[]
  }

  /** The service's LoadBalancer address, as a cloud or an operator would write it. */
  async giveAddress(name: string, ip: string, ipMode = 'VIP'): Promise<void> {
    const status = { loadBalancer: { ingress: [{ ip, ipMode }] } }
    await this.cluster.api.patch(services, { name }, { status }, { subresource: 'status' })
  }

  /** What a process of the first node gets there. */
  get(address: string, port = 80): Promise<string> {
    const host = address.includes(':') ? `[${address}]` : address
    return this.here.machine.exec('curl', '-sSm5', `http://${host}:${port}/`)
  }

  /** Resolves when these answer, and nobody else. A function is asked each time who these are. */
  async untilAnswers(these: readonly string[] | (() => Promise<string[]>), address: string, port = 80): Promise<void> {
    let seen = new Set<string>()
    let wanted: readonly string[] = []
    for (let rounds = 0; rounds < 40; rounds++) {
      wanted = typeof these === 'function' ? await these() : these
      seen = new Set()
      for (let i = 0; i < 12; i++) seen.add(await this.get(address, port).catch((error: Error) => error.message))
      if (seen.size === wanted.length && wanted.every((one) => seen.has(one))) return
    }
    throw new Error(`${address}:${port} is answered by ${[...seen].join(', ')}, not by ${wanted.join(', ')}`)
  }

  /** Resolves when so many backends of an address take connections. */
  async untilBackends(agent: Pick<SkepAgent, 'says'>, address: string, wanted: number, port = 80): Promise<void> {
    await this.until(async () => {
      const rows = JSON.parse(await agent.says('/services')) as ServiceRow[]
      const row = rows.find(({ frontend, scope }) => frontend === `${address}:${port}` && scope === 'internal')
      return row?.backends === wanted
    }, `${address} does not come to ${wanted} backends`)
  }

  /** Resolves when explain says so of a service or pod. */
  async untilStatus(agent: Pick<SkepAgent, 'says'>, service: string, wanted: RegExp): Promise<void> {
    const path = `/explain?what=${encodeURIComponent(service.includes('/') ? service : `default/${service}`)}`
    let said = ''
    await this.until(
      async () => wanted.test((said = await agent.says(path).catch((error: Error) => error.message))),
      () => `${service}: ${wanted} is not what is said: ${said}`,
    )
  }

  /** Resolves when it is so; asks again and again, but not for ever. */
  async until(
    isSo: () => boolean | Promise<boolean>,
    otherwise: string | (() => string) = 'it does not come to that',
  ): Promise<void> {
    const end = Date.now() + 60_000
    do {
      if (await isSo()) return
      await delay(20)
    } while (Date.now() < end)
    throw new Error(typeof otherwise === 'string' ? otherwise : otherwise())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]()
  }
}
