import { randomInt } from 'node:crypto'
import { openEthtool } from 'netlink-ts'
import {
  findCgroupMount,
  namespacePrefix,
  sweepStaleNamespaces,
  type TestCgroup,
  testCgroup,
  untilCarrier,
  XdpPass,
} from '@skep/testbed'
import { Machine } from './machine.ts'
import { machineAddresses, ranges } from './ranges.ts'
import { Relay } from './relay.ts'

const BRIDGE = 'br0'

/** What one machine needs of the network that the nodes are on. */
export interface Place {
  readonly machine: Machine
  readonly addresses: readonly [string, string]
}

/** The network between a cluster's machines: a bridge in a namespace of its own, with the control plane's address on it. */
export class Network implements AsyncDisposable {
  readonly prefix: string
  readonly switch: Machine
  /** What the machines' cgroups are below; none where no cgroup v2 is mounted. */
  readonly #cgroup: TestCgroup | undefined = findCgroupMount() === undefined ? undefined : testCgroup()
  readonly #pass = new XdpPass()
  readonly #machines: Machine[] = []
  readonly #podRoutes: { readonly range: string; readonly via: string; readonly owner: Machine }[] = []
  #relay: Relay | undefined
  #joined = 0

  static async make(apiPort: number): Promise<Network> {
    sweepStaleNamespaces()
    const network = new Network(namespacePrefix(randomInt(36 ** 4).toString(36)))
    await using stack = new AsyncDisposableStack()
    stack.use(network)
    const addresses = [ranges.controlPlane, ranges.controlPlane6]
    network.#relay = await Relay.start(network.switch.namespace, addresses, apiPort)
    stack.move()
    return network
  }

  constructor(prefix: string) {
    this.prefix = prefix
    const addresses = [`${ranges.controlPlane}/24`, `${ranges.controlPlane6}/64`]
    this.switch = new Machine({ namespace: `${prefix}-switch`, name: 'switch', addresses, forwarding: true })
    const { link, address } = this.switch.netlink
    link.add({ kind: 'bridge', name: BRIDGE, stp: false, multicastSnooping: false, up: true })
    for (const each of addresses) address.add({ device: BRIDGE, address: each, ...withoutDad(each) })
  }

  /** A machine with eth0 on the bridge, and a default route to the control plane's address. */
  async join(name: string, { forwarding = false }: { readonly forwarding?: boolean } = {}): Promise<Place> {
    const addresses = machineAddresses(++this.#joined)
    const [v4, v6] = addresses
    const cgroup = this.#cgroup?.child(name)
    const machine = new Machine({
      namespace: `${this.prefix}-${name}`,
      name,
      addresses: [`${v4}/24`, `${v6}/64`],
      cgroup,
      forwarding,
    })
    this.#machines.push(machine)
    const port = `port${this.#joined}`
    this.#plug(machine, port)
    for (const via of [ranges.controlPlane, ranges.controlPlane6])
      machine.netlink.route.add({ destination: 'default', via })
    for (const { range, via } of this.#podRoutes) machine.netlink.route.add({ destination: range, via })
    await Promise.all([untilCarrier(machine, ['eth0']), untilCarrier(this.switch, [port])])
    return { machine, addresses }
  }

  /** Everybody sends to these pods by way of their node. */
  routePods(place: Place, podRanges: readonly string[]): void {
    for (const range of podRanges) {
      const via = place.addresses[range.includes(':') ? 1 : 0]
      this.#podRoutes.push({ range, via, owner: place.machine })
      for (const other of [this.switch, ...this.#machines])
        if (other !== place.machine) other.netlink.route.add({ destination: range, via })
    }
  }

  async leave(machine: Machine): Promise<void> {
    const routes = this.#podRoutes.filter(({ owner }) => owner === machine)
    this.#machines.splice(this.#machines.indexOf(machine), 1)
    for (const route of routes) {
      this.#podRoutes.splice(this.#podRoutes.indexOf(route), 1)
      for (const other of [this.switch, ...this.#machines])
        other.netlink.route.delete({ destination: route.range, via: route.via })
    }
    await machine[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]()
    this.#pass[Symbol.dispose]()
    for (const machine of [...this.#machines, this.switch]) await machine[Symbol.asyncDispose]()
    await this.#cgroup?.[Symbol.asyncDispose]()
  }

  endAtOnce(): void {
    for (const machine of [...this.#machines, this.switch]) machine.endAtOnce()
  }

  #plug(machine: Machine, port: string): void {
    const peer = { name: 'eth0', ns: machine.namespace }
    this.switch.netlink.link.add({ kind: 'veth', name: port, master: BRIDGE, up: true, peer })
    offloadsOff(this.switch, port)
    configureEth0(machine)
    this.letIn(this.switch, port)
    if (!machine.model.forwarding) this.letIn(machine, 'eth0')
  }

  /** The folder of a pod's cgroup, below its node's. */
  podCgroup(node: string, pod: string): string | undefined {
    return this.#cgroup?.child(`${node}/${pod}`)
  }

  /** What XDP sends to this device arrives. */
  letIn(machine: Machine, device: string): void {
    this.#pass.attach(machine, device)
  }
}

/** Gives eth0 the addresses of the machine's model, and sets it up. */
export function configureEth0(machine: Machine): void {
  offloadsOff(machine, 'eth0')
  const [device] = machine.model.devices
  for (const address of device?.addresses ?? [])
    machine.netlink.address.add({ device: 'eth0', address, ...withoutDad(address) })
  machine.netlink.link.set({ name: 'eth0', up: true })
}

/** What XDP sends on has no one left to fill in its checksum. */
export function offloadsOff(machine: Machine, device: string): void {
  using ethtool = openEthtool({ ns: machine.namespace })
  ethtool.setFeatures(device, {
    'tx-checksum-ip-generic': false,
    'tx-vlan-hw-insert': false,
    'tx-vlan-stag-hw-insert': false,
  })
}

export function withoutDad(address: string): { flags?: ['nodad'] } {
  return address.includes(':') ? { flags: ['nodad'] } : {}
}
