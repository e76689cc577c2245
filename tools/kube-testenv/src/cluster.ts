import type { Lifetime } from '@skep/testbed'
import { undoAtExit } from '@skep/testbed'
import { ControlPlane } from './control-plane/control-plane.ts'
import type { Daemon } from './control-plane/daemon.ts'
import { kubeProxy, type KubeProxyOptions } from './kube-proxy.ts'
import { Kubelets, type KubeletOptions } from './network/kubelets.ts'
import type { Machine } from './network/machine.ts'
import { Network } from './network/network.ts'
import { makeNode, type Node, type NodeOptions } from './network/node.ts'
import { Pod, type PodOptions } from './network/pod.ts'
import { podRanges } from './network/ranges.ts'
import type { KubeTestEnvOptions } from './options.ts'

/** A control plane that runs, and what is made in it: nodes, pods, kube-proxies. */
export class Cluster extends ControlPlane implements Lifetime {
  readonly #pods = new Set<Pod>()
  readonly #proxies = new Set<Daemon>()
  readonly #counted = { nodes: 0, pods: 0 }
  readonly #forget: () => void
  #network: Promise<Network> | undefined
  #made: Network | undefined
  #ended = false

  constructor(folder: string, port: number, options: KubeTestEnvOptions) {
    super(folder, port, options)
    this.#forget = undoAtExit(this)
  }

  /** Makes a node: the object, and a machine on the cluster's network. Needs root. */
  async node(name: string, options: NodeOptions = {}): Promise<Node> {
    const site = { api: this.api, network: await this.network() }
    return makeNode(site, name, options, podRanges(++this.#counted.nodes))
  }

  /** Makes a pod on a node: the object, running and ready, and its namespace with a veth to the node's. */
  async pod(node: Node, options: PodOptions = {}): Promise<Pod> {
    const site = { api: this.api, network: await this.network(), node }
    const { name = `pod-${++this.#counted.pods}`, namespace = 'default' } = options
    const pod = await Pod.make(site, { name, namespace }, options)
    this.#pods.add(pod)
    return pod
  }

  /** Runs the pods that controllers make, on these nodes in turn: those of deployments. Dispose of it before the cluster. */
  async kubelets(nodes: readonly Node[], options: KubeletOptions): Promise<Kubelets> {
    return new Kubelets(this.api, await this.network(), nodes, options)
  }

  /** A machine that is no node: a client outside of the cluster, on the nodes' network. */
  async machine(name: string): Promise<Machine> {
    const network = await this.network()
    return (await network.join(name)).machine
  }

  /** The network of nodes and pods, made when the first asks for it. */
  async network(): Promise<Network> {
    this.#network ??= Network.make(this.port)
    return (this.#made = await this.#network)
  }

  /** Starts kube-proxy on a node; resolves when it has written its rules. */
  async kubeProxy(node: Node, options: KubeProxyOptions): Promise<Daemon> {
    const proxy = kubeProxy(this.folder, node, this.kubeconfigInside('system:kube-proxy'), options)
    this.#proxies.add(proxy)
    await proxy.start()
    return proxy
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#forget()
    await using stack = new AsyncDisposableStack()
    stack.defer(() => super[Symbol.asyncDispose]())
    const network = await this.#network?.catch(() => undefined)
    if (network) stack.use(network)
    for (const each of [...this.#pods, ...this.#proxies]) stack.use(each)
  }

  /** What can be done when the process ends without waiting. */
  [Symbol.dispose](): void {
    for (const proxy of this.#proxies) proxy.killAtOnce()
    for (const pod of this.#pods) pod.endAtOnce()
    this.#made?.endAtOnce()
    this.endAtOnce()
  }
}
