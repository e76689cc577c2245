import { arch, release } from 'node:os'
import type { ApiClient } from '../api/client.ts'
import type { Node as NodeObject } from '../api/kinds.ts'
import { nodes } from '../api/resource.ts'
import { kubernetesVersion } from '../programs/programs.ts'
import type { Machine } from './machine.ts'
import { type Network, type Place, withoutDad } from './network.ts'
import { addressIn } from './ranges.ts'

export interface NodeOptions {
  /** Its label topology.kubernetes.io/zone: `a`. */
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /**
   * What its pods' addresses are from, IPv4 and IPv6; `allocated` waits for the controller manager's. Default: 10.244.n.0/24
   * and fd00:244:0:n::/64 for the n-th machine.
   */
  readonly podCIDRs?: readonly [string, string] | 'allocated'
  /** Default true. */
  readonly ready?: boolean
}

/** A node: an object of the API, and a machine: a network namespace and a cgroup. */
export class Node {
  readonly name: string
  readonly machine: Machine
  /** On the nodes' network: IPv4, IPv6. */
  readonly addresses: readonly [string, string]
  readonly podCIDRs: readonly [string, string]
  readonly #api: ApiClient
  readonly #network: Network
  #pods = 0

  constructor(name: string, place: Place, podCIDRs: readonly [string, string], { api, network }: NodeSite) {
    this.name = name
    this.machine = place.machine
    this.addresses = place.addresses
    this.podCIDRs = podCIDRs
    this.#api = api
    this.#network = network
    for (const range of podCIDRs) {
      const gateway = addressIn(range, 1)
      this.machine.netlink.address.add({
        device: 'lo',
        address: `${gateway}/${gateway.includes(':') ? 128 : 32}`,
        ...withoutDad(gateway),
      })
    }
  }

  /** The node's addresses in short: its IPv4 one. */
  get ip(): string {
    return this.addresses[0]
  }

  /** Where its pods' first way leads: addresses of the node itself. */
  get gateways(): readonly [string, string] {
    return [addressIn(this.podCIDRs[0], 1), addressIn(this.podCIDRs[1], 1)]
  }

  /** The next number for a pod, from 1, and its addresses. */
  nextPod(): { readonly number: number; readonly addresses: readonly [string, string] } {
    const number = ++this.#pods
    return { number, addresses: [addressIn(this.podCIDRs[0], number + 1), addressIn(this.podCIDRs[1], number + 1)] }
  }

  get(): Promise<NodeObject> {
    return this.#api.get(nodes, { name: this.name })
  }

  /** Changes a label, or takes it off: null. */
  async label(labels: Readonly<Record<string, string | null>>): Promise<void> {
    await this.#api.patch(nodes, { name: this.name }, { metadata: { labels } })
  }

  async setReady(ready: boolean): Promise<void> {
    const status = { conditions: [readyCondition(ready)] }
    await this.#api.patch(nodes, { name: this.name }, { status }, { type: 'strategic', subresource: 'status' })
  }

  /** The machine is gone with all that runs on it, then the object. Its pods are to be removed before. */
  async remove(): Promise<void> {
    await this.#network.leave(this.machine)
    await this.#api.delete(nodes, { name: this.name })
  }
}

/** What a node is made with. */
export interface NodeSite {
  readonly api: ApiClient
  readonly network: Network
}

/** Makes the object first, as a kubelet registers its node, then the machine's part. */
export async function makeNode(
  { api, network }: NodeSite,
  name: string,
  options: NodeOptions,
  defaults: readonly [string, string],
): Promise<Node> {
  const place = await network.join(name, { forwarding: true })
  const wanted = options.podCIDRs ?? defaults
  await api.create(nodes, nodeObject(name, options, wanted === 'allocated' ? undefined : wanted))
  const status = nodeStatus(place.addresses, options.ready ?? true)
  await api.patch(nodes, { name }, { status }, { type: 'strategic', subresource: 'status' })
  const podCIDRs = wanted === 'allocated' ? await allocated(api, name) : wanted
  const node = new Node(name, place, podCIDRs, { api, network })
  network.routePods(place, podCIDRs)
  return node
}

async function allocated(api: ApiClient, name: string): Promise<readonly [string, string]> {
  const { spec } = await api.until(nodes, { name }, (node) => node.spec?.podCIDRs?.length === 2)
  const [v4 = '', v6 = ''] = spec?.podCIDRs ?? []
  return [v4, v6]
}

function nodeObject(
  name: string,
  { zone, labels, annotations }: NodeOptions,
  podCIDRs: readonly string[] | undefined,
): NodeObject {
  const zoneLabel = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }
  const known = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' }
  return {
    metadata: { name, labels: { ...known, ...zoneLabel, ...labels }, ...(annotations && { annotations }) },
    spec: podCIDRs ? { podCIDR: podCIDRs[0]!, podCIDRs } : {},
  }
}

/** Room for pods is what topology hints are weighed by. */
function nodeStatus(addresses: readonly string[], ready: boolean): NonNullable<NodeObject['status']> {
  const resources = { cpu: '4', memory: '8Gi', pods: '110' }
  return {
    addresses: addresses.map((address) => ({ type: 'InternalIP', address })),
    capacity: resources,
    allocatable: resources,
    conditions: [readyCondition(ready)],
    nodeInfo: nodeInfo(),
  }
}

/** Every field is asked for; the first is what `kubectl get nodes` shows. */
function nodeInfo(): Readonly<Record<string, string>> {
  const unknown = ['machineID', 'systemUUID', 'bootID', 'osImage', 'containerRuntimeVersion', 'kubeProxyVersion']
  return {
    kubeletVersion: kubernetesVersion(),
    operatingSystem: 'linux',
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    kernelVersion: release(),
    ...Object.fromEntries(unknown.map((name) => [name, ''])),
  }
}

function readyCondition(ready: boolean): { type: 'Ready'; status: 'True' | 'False'; reason: string } {
  return { type: 'Ready', status: ready ? 'True' : 'False', reason: ready ? 'KubeletReady' : 'KubeletNotReady' }
}
