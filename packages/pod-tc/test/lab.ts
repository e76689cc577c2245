import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jiffiesPerSecond } from '@skep/datapath/clock'
import { podSettingsCodec } from '@skep/datapath/pod-tc'
import { mountBpffs, openObject } from 'libbpf-ts'
import { openEthtool, openNetlink } from 'netlink-ts'
import { type SockBackend, type SockDesired, type SockFrontend, SocketLb, uninstallSocketLb } from '@skep/sock-lb'
import { type Net, ownName, tcpEcho, testCgroup, topology, udpEcho } from '@skep/testbed'
import { Devices } from '../src/devices.ts'
import { foldersIn } from '../src/folders.ts'
import { load } from '../src/load.ts'
import { fill } from '../src/upgrade.ts'
import { configOf, defaultSettings } from '../src/settings.ts'
import { PodTc, type PodTcOptions, uninstallPodTc } from '../src/pod-tc.ts'

const before = fileURLToPath(new URL('../../datapath/test-objects/pod_tc_before.bpf.o', import.meta.url))

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

  /** Puts a release in the place of ours whose maps have another layout, and are empty. */
  installBefore(): void {
    const { maps, links } = foldersIn(this.pins)
    using object = openObject(before)
    for (const map of object.maps.values()) {
      const shared = this.services.maps[propertyOf(map.name) as keyof SocketLb['maps']]
      if (map.name.startsWith('.')) continue
      map.maxEntries = shared?.handle.info.maxEntries ?? (map.name === 'pod_counters' ? map.maxEntries : 1024)
      if (shared) map.reuse(shared)
      else rmSync((map.pinPath = join(maps, map.name)), { force: true })
    }
    const config = new Uint8Array(podSettingsCodec.size)
    podSettingsCodec.write(new DataView(config.buffer), 0, configOf(defaultSettings, jiffiesPerSecond()))
    object.setVariable('config', config)
    const mask = this.services.maps.sockFrontends4.length - 1
    object.setVariable('frontends4_mask', new Uint8Array(Uint32Array.of(mask).buffer))
    using loaded = object.load()
    const programs = { podIngress: loaded.program('pod_ingress'), podEgress: loaded.program('pod_egress') }
    this.net.node.run(() => new Devices(links).adopt(programs))
  }

  /** What a start leaves that makes maps anew, and is killed after some steps. */
  leaveStage(steps: number): void {
    const folders = foldersIn(this.pins)
    mkdirSync(folders.next)
    const options = { services: this.services.maps, settings: defaultSettings, jiffiesPerSecond: jiffiesPerSecond() }
    using loaded = load({ ...options, folder: folders.next })
    fill(folders)
    const devices = new Devices(folders.links)
    const todo = [() => devices.attachBeside(loaded.programs), () => devices.adopt(loaded.programs, ['ingress'])]
    this.net.node.run(() => todo.slice(0, steps).forEach((step) => step()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

/** `sock_frontends4` → `sockFrontends4`. */
function propertyOf(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
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
