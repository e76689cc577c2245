import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lifetime } from '@skep/testbed'
import { undoAtExit } from '@skep/testbed'
import { ApiClient } from './api/client.ts'
import { apiServer, certificatePath } from './control-plane/api-server.ts'
import { controllerManager } from './control-plane/controller-manager.ts'
import { type Credentials, makeCredentials, type User } from './control-plane/credentials.ts'
import type { Daemon } from './control-plane/daemon.ts'
import { etcd } from './control-plane/etcd.ts'
import { makeFolder } from './control-plane/folder.ts'
import { freePort } from './control-plane/free-port.ts'
import { kubeconfigText } from './control-plane/kubeconfig.ts'
import { KubeTestEnvError } from './error.ts'
import { kubeProxy, type KubeProxyOptions } from './kube-proxy.ts'
import { Kubelets, type KubeletOptions } from './network/kubelets.ts'
import type { Machine } from './network/machine.ts'
import { Network } from './network/network.ts'
import { makeNode, type Node, type NodeOptions } from './network/node.ts'
import { Pod, type PodOptions } from './network/pod.ts'
import { podRanges, ranges } from './network/ranges.ts'

export interface KubeTestEnvOptions {
  /** Default `RBAC`. */
  readonly authorization?: 'RBAC' | 'AlwaysAllow'
  /** Of all programs: `{ WatchList: false }`. */
  readonly featureGates?: Readonly<Record<string, boolean>>
  /** Who may ask, besides `admin`: the API server takes their tokens. What they may do RBAC says. */
  readonly users?: readonly User[]
  /** Flags of kube-apiserver, in its spelling: `{ 'min-request-timeout': '5' }`. */
  readonly apiServer?: Readonly<Record<string, string>>
  /** Flags of kube-controller-manager; `false` leaves it out. */
  readonly controllerManager?: Readonly<Record<string, string>> | false
}

/**
 * Starts a control plane: etcd, kube-apiserver, kube-controller-manager. Resolves when the API server is ready, in a few
 * seconds; everything is gone when the scope ends, and when the process does.
 *
 * Throws {@link KubeTestEnvError} `NOT_BUILT` where the programs were not built yet, `NOT_RUNNING` with the end of a log.
 *
 *     await using cluster = await kubeTestEnv()
 *     await cluster.api.create(services, { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } })
 */
export async function kubeTestEnv(options: KubeTestEnvOptions = {}): Promise<Cluster> {
  const cluster = new Cluster(makeFolder(), await freePort(), options)
  try {
    await cluster.start()
    return cluster
  } catch (error) {
    await cluster[Symbol.asyncDispose]()
    throw error
  }
}

/** A control plane that runs. */
export class Cluster implements Lifetime {
  /** What only this cluster has; gone with it. Its logs are in there. */
  readonly folder: string
  /** `https://127.0.0.1:<port>`, reached from the namespace that the cluster was started in. */
  readonly url: string
  readonly etcd: Daemon
  readonly apiServer: Daemon
  readonly controllerManager: Daemon | undefined
  readonly #credentials: Credentials
  readonly #port: number
  readonly #clients = new Map<string, ApiClient>()
  readonly #pods = new Set<Pod>()
  readonly #proxies = new Set<Daemon>()
  #network: Promise<Network> | undefined
  #made: Network | undefined
  #counted = { nodes: 0, pods: 0 }
  readonly #forget: () => void

  constructor(folder: string, port: number, options: KubeTestEnvOptions) {
    this.folder = folder
    this.#port = port
    this.url = `https://127.0.0.1:${port}`
    this.#credentials = makeCredentials(folder, options.users ?? [])
    const featureGates = Object.entries(options.featureGates ?? {})
      .map(([name, on]) => `${name}=${on}`)
      .join(',')
    const { authorization = 'RBAC' } = options
    this.etcd = etcd(folder)
    const api = { authorization, featureGates, flags: options.apiServer ?? {}, ranges }
    this.apiServer = apiServer(folder, port, this.#credentials, api, () => this.#answers())
    if (options.controllerManager !== false) {
      const flags = options.controllerManager ?? {}
      const kubeconfig = join(folder, 'controller-manager.kubeconfig')
      this.controllerManager = controllerManager(folder, kubeconfig, this.#credentials, { featureGates, flags, ranges })
    }
    this.#forget = undoAtExit(this)
  }

  /** Starts what does not run, and waits until the API server is ready. */
  async start(): Promise<void> {
    this.etcd.launch()
    await this.apiServer.start()
    if (!this.controllerManager) return
    const file = { file: certificatePath(this.folder) }
    const user = 'system:kube-controller-manager'
    const text = kubeconfigText(this.url, file, user, this.token(user))
    writeFileSync(join(this.folder, 'controller-manager.kubeconfig'), text, { mode: 0o600 })
    this.controllerManager.launch()
  }

  /** The certificate that clients check the API server's by; PEM. */
  get ca(): string {
    return readFileSync(certificatePath(this.folder), 'utf8')
  }

  /** As the administrator. */
  get api(): ApiClient {
    return this.as('admin')
  }

  /** As one of the users. */
  as(user: string): ApiClient {
    const known = this.#clients.get(user)
    if (known) return known
    const client = new ApiClient({ url: this.url, ca: this.ca, token: this.token(user) })
    this.#clients.set(user, client)
    return client
  }

  /** What a user sends as `Authorization: Bearer <token>`. */
  token(user = 'admin'): string {
    const token = this.#credentials.tokens.get(user)
    if (token !== undefined) return token
    const names = [...this.#credentials.tokens.keys()].join(', ')
    throw new KubeTestEnvError('INVALID_INPUT', 'token', `no user ${user}; there are ${names}; add it to users`)
  }

  /** Writes a kubeconfig into the cluster's folder, and returns its path. */
  kubeconfig(user = 'admin'): string {
    const path = join(this.folder, `${user.replaceAll(':', '-')}.kubeconfig`)
    writeFileSync(path, kubeconfigText(this.url, { pem: this.ca }, user, this.token(user)), { mode: 0o600 })
    return path
  }

  /** A kubeconfig for what runs in nodes and pods, as text. */
  kubeconfigInside(user = 'admin'): string {
    const server = `https://${ranges.controlPlane}:${this.#port}`
    return kubeconfigText(server, { pem: this.ca }, user, this.token(user))
  }

  /** Makes a node: the object, and a machine on the cluster's network. Needs root. */
  async node(name: string, options: NodeOptions = {}): Promise<Node> {
    const network = await this.network()
    return makeNode(this.api, network, name, options, podRanges(++this.#counted.nodes))
  }

  /** Makes a pod on a node: the object, running and ready, and its namespace with a veth to the node's. */
  async pod(node: Node, options: PodOptions = {}): Promise<Pod> {
    const network = await this.network()
    const { name = `pod-${++this.#counted.pods}`, namespace = 'default' } = options
    const pod = await Pod.make({ api: this.api, network, node }, { name, namespace }, options)
    this.#pods.add(pod)
    return pod
  }

  /** Runs the pods that controllers make, on these nodes in turn: those of deployments. Dispose of it before the cluster. */
  async kubelets(nodes: readonly Node[], options: KubeletOptions): Promise<Kubelets> {
    return new Kubelets(this.api, await this.network(), nodes, options)
  }

  /** A machine that is no node: a client outside of the cluster, on the nodes' network. */
  async machine(name: string): Promise<Machine> {
    return (await this.network()).join(name).machine
  }

  /** The network of nodes and pods, made when the first asks for it. */
  async network(): Promise<Network> {
    this.#network ??= Network.make(this.#port)
    return (this.#made = await this.#network)
  }

  /** Starts kube-proxy on a node; resolves when it has written its rules. */
  async kubeProxy(node: Node, options: KubeProxyOptions): Promise<Daemon> {
    const proxy = kubeProxy(this.folder, node, this.kubeconfigInside('system:kube-proxy'), options)
    this.#proxies.add(proxy)
    await proxy.start()
    return proxy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget()
    await Promise.all([...this.#proxies].map((proxy) => proxy.kill()))
    for (const pod of this.#pods) await pod[Symbol.asyncDispose]()
    await (await this.#network)?.[Symbol.asyncDispose]()
    for (const client of this.#clients.values()) client[Symbol.dispose]()
    await Promise.all(this.#daemons().map((daemon) => daemon.kill()))
    this.#removeFolder()
  }

  /** What can be done when the process ends without waiting. */
  [Symbol.dispose](): void {
    for (const daemon of [...this.#proxies, ...this.#daemons()]) daemon.killAtOnce()
    for (const pod of this.#pods) pod.endAtOnce()
    this.#made?.endAtOnce()
    this.#removeFolder()
  }

  #daemons(): Daemon[] {
    return [this.controllerManager, this.apiServer, this.etcd].filter((daemon) => daemon !== undefined)
  }

  /** While etcd is down there is no use in waiting for the API server. */
  async #answers(): Promise<boolean> {
    this.etcd.assertRunning()
    if (!existsSync(certificatePath(this.folder))) return false
    try {
      using client = new ApiClient({ url: this.url, ca: this.ca, token: this.token() })
      await client.request('GET', '/readyz')
      return true
    } catch (error) {
      if (error instanceof KubeTestEnvError) return false
      throw error
    }
  }

  #removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
