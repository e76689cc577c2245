import { untilCarrier } from '@skep/testbed'
import type { ApiClient } from '../api/client.ts'
import type { Pod as PodObject } from '../api/kinds.ts'
import { type ObjectName, pods } from '../api/resource.ts'
import { Machine } from './machine.ts'
import { configureEth0, type Network, offloadsOff, withoutDad } from './network.ts'
import type { Node } from './node.ts'

export interface ContainerPort {
  readonly name?: string
  readonly containerPort: number
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
  readonly hostPort?: number
  readonly hostIP?: string
}

export interface PodOptions {
  /** Default `pod-<n>`, counted over the cluster. */
  readonly name?: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ports?: readonly ContainerPort[]
  /** Default true. */
  readonly ready?: boolean
  /** It is on its node's network: `host` is the node's machine, and its addresses are the node's. */
  readonly hostNetwork?: boolean
}

const LINK_LOCAL = 'fe80::1'

/** A pod: an object of the API, said to be running, and a network namespace with a veth to its node. */
export class Pod implements AsyncDisposable {
  readonly name: string
  readonly namespace: string
  readonly node: Node
  /** Where its servers and clients run: a host of the testbed. */
  readonly host: Machine
  /** IPv4, IPv6. */
  readonly addresses: readonly [string, string]
  /** The node's end of its veth; on the host's network, the node's eth0. */
  readonly device: string
  readonly #api: ApiClient
  #gone = false

  constructor(at: ObjectName, node: Node, wire: Wire, api: ApiClient) {
    this.name = at.name
    this.namespace = at.namespace ?? 'default'
    this.node = node
    this.host = wire.host
    this.addresses = wire.addresses
    this.device = wire.device
    this.#api = api
  }

  /** Its IPv4 address. */
  get ip(): string {
    return this.addresses[0]
  }

  get(): Promise<PodObject> {
    return this.#api.get(pods, this)
  }

  async setReady(ready: boolean): Promise<void> {
    await this.#setStatus(runningStatus(this.node, this.addresses, ready))
  }

  /** `kubectl delete pod`: it is Terminating, and its endpoint is, until {@link remove}. What runs in it runs on. */
  async terminate(gracePeriodSeconds = 30): Promise<void> {
    await this.#api.delete(pods, this, gracePeriodSeconds)
  }

  /** Its processes are killed, its network is gone, then the object. */
  async remove(): Promise<void> {
    await this[Symbol.asyncDispose]()
    await this.#api.delete(pods, this, 0)
  }

  /** Its object stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    if (this.host !== this.node.machine) await this.host[Symbol.asyncDispose]()
  }

  /** What can be done when the process ends without waiting. */
  endAtOnce(): void {
    if (!this.#gone && this.host !== this.node.machine) this.host.endAtOnce()
  }

  async #setStatus(status: PodObject['status']): Promise<void> {
    await this.#api.patch(pods, this, { status }, { type: 'strategic', subresource: 'status' })
  }

  /** Makes the object, bound to its node, and says what a kubelet would say. */
  static async make(site: PodSite, at: ObjectName, options: PodOptions): Promise<Pod> {
    await site.api.create(pods, podObject(site.node, at, options))
    const pod =
      options.hostNetwork === true ? new Pod(at, site.node, onHost(site.node), site.api) : await Pod.wire(site, at)
    await pod.setReady(options.ready ?? true)
    return pod
  }

  /** The network of a pod whose object there is. */
  static async wire(site: PodSite, at: ObjectName): Promise<Pod> {
    const made = wire(site.network, site.node, at)
    await Promise.all([untilCarrier(made.host, ['eth0']), untilCarrier(site.node.machine, [made.device])])
    return new Pod(at, site.node, made, site.api)
  }
}

/** What a pod is made with. */
export interface PodSite {
  readonly api: ApiClient
  readonly network: Network
  readonly node: Node
}

interface Wire {
  readonly host: Machine
  readonly device: string
  readonly addresses: readonly [string, string]
}

function onHost({ machine, addresses }: Node): Wire {
  return { host: machine, device: 'eth0', addresses }
}

/** Addresses of one host each, and a first way to the node's own address, so that all that a pod sends goes through its node. */
function wire(network: Network, node: Node, { name, namespace = 'default' }: ObjectName): Wire {
  const { number, addresses } = node.nextPod()
  const [v4, v6] = addresses
  const device = `pod${number}`
  const cgroup = network.podCgroup(node.name, `${namespace}-${name}`)
  const host = new Machine({
    namespace: `${network.prefix}-${namespace}-${name}`,
    name,
    addresses: [`${v4}/32`, `${v6}/128`],
    cgroup,
  })
  const { netlink } = node.machine
  netlink.link.add({ kind: 'veth', name: device, up: true, peer: { name: 'eth0', ns: host.namespace } })
  offloadsOff(node.machine, device)
  netlink.address.add({ device, address: `${LINK_LOCAL}/64`, ...withoutDad(LINK_LOCAL) })
  netlink.route.add({ destination: `${v4}/32`, device })
  netlink.route.add({ destination: `${v6}/128`, device })
  configureEth0(host)
  network.letIn(host, 'eth0')
  host.netlink.route.add({ destination: `${node.gateways[0]}/32`, device: 'eth0' })
  host.netlink.route.add({ destination: 'default', via: node.gateways[0] })
  host.netlink.route.add({ destination: 'default', via: LINK_LOCAL, device: 'eth0' })
  return { host, device, addresses }
}

function podObject(
  node: Node,
  { name, namespace = 'default' }: ObjectName,
  { labels, annotations, ports, hostNetwork }: PodOptions,
): PodObject {
  const container = { name: 'main', image: 'none', ...(ports && { ports }) }
  return {
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: { nodeName: node.name, containers: [container], ...(hostNetwork !== undefined && { hostNetwork }) },
  }
}

function runningStatus(node: Node, addresses: readonly string[], ready: boolean): PodObject['status'] {
  const status = ready ? 'True' : 'False'
  const running = { startedAt: new Date().toISOString().replace(/\.\d+/, '') }
  const container = { name: 'main', image: 'none', imageID: 'none', restartCount: 0, ready, state: { running } }
  return {
    phase: 'Running',
    hostIP: node.ip,
    podIP: addresses[0]!,
    podIPs: addresses.map((ip) => ({ ip })),
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type, index) => ({
      type,
      status: index < 2 ? 'True' : status,
    })),
    containerStatuses: [container],
  }
}
