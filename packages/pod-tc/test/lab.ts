import { mountBpffs } from 'libbpf-ts'
import { openEthtool, openNetlink } from 'netlink-ts'
import { type SockBackend, type SockDesired, type SockFrontend, SocketLb, uninstallSocketLb } from '@skep/sock-lb'
import { type Net, ownName, tcpEcho, testCgroup, topology, udpEcho } from '@skep/testbed'
import { PodTc, type PodTcOptions, uninstallPodTc } from '../src/pod-tc.ts'

export const VIP = { v4: '10.96.0.1', v6: 'fd96::1' } as const
/** Services of the pod itself. */
export const OWN_VIP = { v4: '10.96.0.2', v6: 'fd96::2' } as const
/** A service without backends. */
export const EMPTY_VIP = { v4: '10.96.0.3', v6: 'fd96::3' } as const

const POD = { v4: '10.0.0.2', v6: 'fd00::2' } as const
const BACKEND = { v4: '10.0.1.2', v6: 'fd00:1::2' } as const
/** Less than the pod's own device takes. */
const MTU_BEHIND = 1300

/** A pod and a backend, with the node between them; the pod's device computes nothing itself, as devices of pods are. */
export class Lab implements AsyncDisposable {
  readonly net: Net<'pod' | 'node' | 'backend'>
  readonly pins: string = `/sys/fs/bpf/${ownName('pod-tc')}`
  /** The node's side of the pod's veth. */
  readonly device: number
  readonly services: SocketLb
  readonly #stack: AsyncDisposableStack

  private constructor(net: Net<'pod' | 'node' | 'backend'>, cgroup: string, stack: AsyncDisposableStack) {
    this.net = net
    this.#stack = stack
    stack.defer(() => net.node.run(() => uninstallPodTc(this.pins)))
    stack.defer(() => uninstallSocketLb(this.pins))
    this.services = stack.use(
      SocketLb.open({ pins: this.pins, cgroup, hostNetns: 0n, hostNamespaceOnly: true, protectBind: true }),
    )
    this.services.reconcile(desired())
    using netlink = openNetlink({ ns: net.node.namespace })
    this.device = netlink.link.get({ name: 'eth0' })!.index
  }

  static async open(): Promise<Lab> {
    mountBpffs()
    await using stack = new AsyncDisposableStack()
    const cgroup = stack.use(testCgroup())
    const net = stack.use(
      await topology({
        hosts: { pod: {}, node: {}, backend: {} },
        links: [
          { ends: { pod: { addresses: ends(POD), passXdp: false }, node: ['10.0.0.1/24', 'fd00::1/64'] } },
          { ends: { node: ['10.0.1.1/24', 'fd00:1::1/64'], backend: ends(BACKEND) }, mtu: MTU_BEHIND },
        ],
      }),
    )
    for (const host of [net.pod, net.node]) host.run(offload)
    for (const host of [net.pod, net.backend]) {
      stack.use(await tcpEcho(host))
      stack.use(await udpEcho(host))
    }
    return new Lab(net, cgroup.path, stack.move())
  }

  /** In the namespace of the node, where the devices are. */
  serve(ways?: PodTcOptions['ways'], more: Partial<PodTcOptions> = {}): PodTc {
    const options = { pins: this.pins, services: this.services.maps, ...(ways && { ways }), ...more }
    return this.net.node.run(() => PodTc.open(options))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

function ends({ v4, v6 }: { readonly v4: string; readonly v6: string }): string[] {
  return [`${v4}/24`, `${v6}/64`]
}

/** As veths are made: checksums are left to be computed, and packets stand for many. */
function offload(): void {
  using ethtool = openEthtool()
  ethtool.setFeatures('eth0', {
    'tx-checksum-ip-generic': true,
    'tx-tcp-segmentation': true,
    'tx-tcp6-segmentation': true,
    'tx-generic-segmentation': true,
  })
}

function desired(): SockDesired {
  const backends = new Map<number, SockBackend>()
  const frontends: SockFrontend[] = []
  for (const protocol of ['TCP', 'UDP'] as const)
    for (const family of ['v4', 'v6'] as const)
      for (const [vip, place] of [
        [VIP, BACKEND],
        [OWN_VIP, POD],
        [EMPTY_VIP, undefined],
      ] as const) {
        const id = backends.size + 1
        if (place) backends.set(id, { id, address: place[family], port: 7, protocol })
        frontends.push(frontend(vip[family], protocol, place ? [id] : []))
      }
  return { frontends, backends, nodeAddresses: [] }
}

function frontend(address: string, protocol: 'TCP' | 'UDP', ids: readonly number[]): SockFrontend {
  return {
    address,
    port: 80,
    protocol,
    scope: 'internal',
    kind: 'ClusterIP',
    service: `default/${address}`,
    portName: '',
    members: ids.map((backend) => ({ backend, weight: 1 })),
    whenEmpty: 'reject',
  }
}
