import { createNamespace } from 'netlink-ts'
import { applySysctls, Host } from '@skep/testbed'

export interface MachineOptions {
  /** Of its namespace, as `ip netns list` has it. */
  readonly namespace: string
  readonly name: string
  /** Of eth0, with their prefix lengths. */
  readonly addresses: readonly string[]
  /** The folder of the cgroup v2 that its commands run in. */
  readonly cgroup?: string | undefined
  readonly forwarding?: boolean
}

/** A host of the testbed, made one by one, whose processes are in a cgroup of their own. */
export class Machine extends Host {
  constructor({ namespace, name, addresses, cgroup, forwarding = false }: MachineOptions) {
    const device = { host: name, name: 'eth0', mac: '', mtu: undefined, addresses, passXdp: false, neighbors: [] }
    const model = { name, devices: [device], loopback: [], forwarding, routes: [], sysctls: {}, bridges: {} }
    super(model, createNamespace(namespace), cgroup)
    applySysctls(this)
    this.netlink.link.set({ name: 'lo', up: true })
  }
}
