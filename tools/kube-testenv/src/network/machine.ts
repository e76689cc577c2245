import type { ChildProcess } from 'node:child_process'
import type { ExecOptions, ExecResult, SpawnOptions } from 'netlink-ts'
import { createNamespace } from 'netlink-ts'
import { applySysctls, Host } from '@skep/testbed'
import type { Cgroup } from './cgroup.ts'

export interface MachineOptions {
  /** Of its namespace, as `ip netns list` has it. */
  readonly namespace: string
  readonly name: string
  /** Of eth0, with their prefix lengths. */
  readonly addresses: readonly string[]
  readonly cgroup?: Cgroup | undefined
  readonly forwarding?: boolean
}

/** A host of the testbed, made one by one, whose processes are in a cgroup of their own. */
export class Machine extends Host {
  readonly cgroup: Cgroup | undefined

  constructor({ namespace, name, addresses, cgroup, forwarding = false }: MachineOptions) {
    const device = { host: name, name: 'eth0', mac: '', mtu: undefined, addresses, passXdp: false, neighbors: [] }
    const model = { name, devices: [device], loopback: [], forwarding, routes: [], sysctls: {}, bridges: {} }
    super(model, createNamespace(namespace))
    this.cgroup = cgroup
    applySysctls(this)
    this.netlink.link.set({ name: 'lo', up: true })
  }

  override attempt(command: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecResult> {
    return super.attempt(...this.#entering(command, args), options)
  }

  override spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return super.spawn(...this.#entering(command, args), options)
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]()
    await this.cgroup?.remove()
  }

  override endAtOnce(): void {
    super.endAtOnce()
    this.cgroup?.tryRemove()
  }

  #entering(command: string, args: readonly string[]): readonly [string, readonly string[]] {
    return this.cgroup ? this.cgroup.entering(command, args) : [command, args]
  }
}
