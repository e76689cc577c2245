import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { mountBpffs } from 'libbpf-ts'
import { type Host, type Net, ownName, tcpEcho, topology, udpEcho } from '@skep/testbed'
import type { SockBackend, SockDesired, SockFrontend } from '../src/desired.ts'
import { SocketLb, type SocketLbOptions, uninstallSocketLb } from '../src/sock-lb.ts'
import { Client } from './client.ts'

export type LabHost = 'node' | 'pod' | 'one' | 'two'

export const one4: SockBackend = { id: 1, address: '10.0.0.11', port: 7, protocol: 'TCP' }
export const two4: SockBackend = { id: 2, address: '10.0.0.12', port: 7, protocol: 'TCP' }
export const one6: SockBackend = { id: 3, address: 'fd00::11', port: 7, protocol: 'TCP' }
export const two6: SockBackend = { id: 4, address: 'fd00::12', port: 7, protocol: 'TCP' }
const all = [one4, two4, one6, two6]

/** A frontend of TCP, with what is not said as it usually is. */
export function frontend(some: Partial<SockFrontend> & Pick<SockFrontend, 'address'>): SockFrontend {
  const ids = some.address.includes(':') ? [3, 4] : [1, 2]
  return {
    port: 80,
    protocol: 'TCP',
    scope: 'internal',
    kind: 'ClusterIP',
    service: 'default/echo',
    portName: '',
    members: ids.map((backend) => ({ backend, weight: 1 })),
    whenEmpty: 'reject',
    ...some,
  }
}

export function desired(frontends: readonly SockFrontend[], rest: Partial<SockDesired> = {}): SockDesired {
  const backends = new Map(all.map((backend) => [backend.id, backend]))
  return { frontends, backends, nodeAddresses: ['10.0.0.1', 'fd00::1'], ...rest }
}

/** A node and a pod of it on a segment with two backends, and the node's load balancer, over a cgroup of their own. */
export class Lab implements AsyncDisposable {
  readonly net: Net<LabHost>
  readonly pins: string
  readonly cgroup: string
  readonly node: Client
  readonly pod: Client
  readonly #stack: AsyncDisposableStack
  /** By which programs know the two namespaces. */
  readonly cookies: { node: bigint; pod: bigint } = { node: 0n, pod: 0n }

  private constructor(net: Net<LabHost>, [node, pod]: readonly [Client, Client], stack: AsyncDisposableStack) {
    this.net = net
    this.node = node
    this.pod = pod
    this.pins = pinsOfTest()
    this.cgroup = dirname(net.node.cgroupPath!)
    this.#stack = stack
  }

  static async make(): Promise<Lab> {
    mountBpffs()
    await using stack = new AsyncDisposableStack()
    const net = stack.use(await segment())
    for (const host of [net.one, net.two]) stack.use(await serve(host))
    const clients = [stack.use(await Client.start(net.node)), stack.use(await Client.start(net.pod))] as const
    stack.defer(() => uninstallSocketLb(pinsOfTest()))
    const lab = new Lab(net, clients, stack.move())
    for (const host of ['node', 'pod'] as const) lab.cookies[host] = await lab.#cookieOf(host)
    return lab
  }

  /** Before Linux 5.14 only BPF programs are told: one notes it when a socket connects. */
  async #cookieOf(host: 'node' | 'pod'): Promise<bigint> {
    try {
      return this.net[host].namespace.cookie
    } catch {
      return await this.#notedCookie(host)
    }
  }

  async #notedCookie(host: 'node' | 'pod'): Promise<bigint> {
    using lb = this.open()
    lb.reconcile(desired([frontend({ address: '10.96.0.1', protocol: 'UDP' })]))
    await this[host].udp('10.96.0.1', 80)
    const [[, peer] = []] = lb.maps.sockPeers
    uninstallSocketLb(this.pins)
    return peer?.netns ?? 0n
  }

  get options(): SocketLbOptions {
    return {
      pins: this.pins,
      cgroup: this.cgroup,
      hostNetns: this.cookies.node,
      hostNamespaceOnly: false,
      protectBind: true,
      capacities: {
        frontends: 64,
        services: 64,
        slots: 256,
        backends: 64,
        // Small LRU tables of kernels before 6.16 give up entries while there is room.
        affinities: 4096,
        peers: 256,
        // Every socket of the machine has a cookie, and so a place in this ring.
        connections: 65_536,
        nodeAddresses: 16,
        subjects: 16,
      },
    }
  }

  open(some: Partial<SocketLbOptions> = {}): SocketLb {
    return SocketLb.open({ ...this.options, ...some })
  }

  /** A cgroup's number. */
  idOf(folder: string): bigint {
    return statSync(folder, { bigint: true }).ino
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

function pinsOfTest(): string {
  return `/sys/fs/bpf/${ownName('sock')}`
}

function segment(): Promise<Net<LabHost>> {
  return topology({
    hosts: { node: { cgroup: 'node' }, pod: { cgroup: 'node/pod' }, one: {}, two: {} },
    links: [
      {
        ends: {
          node: ['10.0.0.1/24', 'fd00::1/64'],
          pod: ['10.0.0.2/24', 'fd00::2/64'],
          one: ['10.0.0.11/24', 'fd00::11/64'],
          two: ['10.0.0.12/24', 'fd00::12/64'],
        },
      },
    ],
  })
}

/** Echo over TCP and UDP; a datagram is answered from the address that it came to, as the server is bound to it. */
async function serve(host: Host): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  stack.use(await tcpEcho(host))
  for (const family of [4, 6] as const) stack.use(await udpEcho(host, { address: host.address(family) }))
  return stack.move()
}
