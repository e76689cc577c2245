import { writeFileSync } from 'node:fs'
import { createNamespace, openEthtool } from 'netlink-ts'
import { type TestCgroup, testCgroup } from '../cgroup/cgroup.ts'
import { TestbedError } from '../error.ts'
import { untilCarrier } from './carrier.ts'
import { Host } from './host.ts'
import type { DeviceModel, TopologyModel } from './model.ts'
import type { Step } from './plan.ts'
import { sysctlsOf } from './plan.ts'
import { XdpPass } from './pass.ts'

/** What is being made. */
interface Site {
  readonly model: TopologyModel
  readonly prefix: string
  readonly hosts: Map<string, Host>
  /** Undoes what was made so far. */
  readonly stack: AsyncDisposableStack
  pass?: XdpPass
  cgroup?: TestCgroup
}

type Appliers = {
  readonly [Verb in Step['do']]: (step: Extract<Step, { do: Verb }>, site: Site) => void | Promise<void>
}

const appliers: Appliers = {
  namespace: addNamespace,
  sysctl: ({ host, name, value }, site) => hostOf(site, host).run(() => writeSysctl(name, value)),
  veth: addVeth,
  'offloads off': switchOffloadsOff,
  bridge: addBridge,
  address: ({ host, device, address }, site) =>
    hostOf(site, host).netlink.address.add({ device, address, ...(address.includes(':') ? { flags: ['nodad'] } : {}) }),
  up: ({ host, device }, site) => hostOf(site, host).netlink.link.set({ name: device, up: true }),
  'pass xdp': attachPass,
  'await carrier': ({ host, devices }, site) => untilCarrier(hostOf(site, host), devices),
  route: ({ host, route }, site) => hostOf(site, host).netlink.route.add(route),
}

/** Takes the steps one after another. Throws {@link TestbedError} that names the step; what was made is on the stack. */
export async function applySteps(steps: readonly Step[], site: Site): Promise<void> {
  for (const step of steps) {
    try {
      await (appliers[step.do] as (step: Step, site: Site) => void | Promise<void>)(step, site)
    } catch (cause) {
      const { do: verb, host, ...details } = step
      const operation = `topology: ${verb} on host ${host} ${JSON.stringify(details)}`
      throw new TestbedError('SETUP_FAILED', operation, (cause as Error).message, { cause })
    }
  }
}

function hostOf(site: Site, name: string): Host {
  const host = site.hosts.get(name)
  if (host === undefined) throw new TestbedError('NO_SUCH_HOST', 'topology', `no host ${name} was made`)
  return host
}

function addNamespace({ host: name }: Extract<Step, { do: 'namespace' }>, site: Site): void {
  const model = site.model.hosts.find((each) => each.name === name)
  if (model === undefined) return
  const cgroup = model.cgroup === undefined ? undefined : cgroupOf(site).child(model.cgroup)
  const host = new Host(model, createNamespace(`${site.prefix}-${name}`), cgroup)
  site.hosts.set(name, host)
  site.stack.use(host)
}

/** One for the whole topology; it goes when its hosts have gone. */
function cgroupOf(site: Site): TestCgroup {
  return (site.cgroup ??= site.stack.use(testCgroup()))
}

/** For hosts that are made one by one, without a topology. */
export function applySysctls(host: Host): void {
  host.run(() => {
    for (const [name, value] of Object.entries(sysctlsOf(host.model))) writeSysctl(name, String(value))
  })
}

function writeSysctl(name: string, value: string): void {
  writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, value)
}

function addVeth({ ends: [first, second] }: Extract<Step, { do: 'veth' }>, site: Site): void {
  const peer = { ...identity(second), ns: hostOf(site, second.host).namespace }
  hostOf(site, first.host).netlink.link.add({ kind: 'veth', ...identity(first), peer })
}

function identity({ name, mac, mtu }: DeviceModel): { name: string; address: string; mtu?: number } {
  return { name, address: mac, ...(mtu === undefined ? {} : { mtu }) }
}

/** A packet that XDP sends on has no one left to fill in its checksum or its VLAN tag. */
function switchOffloadsOff({ host, device }: Extract<Step, { do: 'offloads off' }>, site: Site): void {
  using ethtool = openEthtool({ ns: hostOf(site, host).namespace })
  ethtool.setFeatures(device, {
    'tx-checksum-ip-generic': false,
    'tx-vlan-hw-insert': false,
    'tx-vlan-stag-hw-insert': false,
  })
}

function addBridge({ host, device, ports }: Extract<Step, { do: 'bridge' }>, site: Site): void {
  const { link } = hostOf(site, host).netlink
  link.add({ kind: 'bridge', name: device, stp: false, multicastSnooping: false })
  for (const port of ports) link.set({ name: port, master: device })
}

function attachPass({ host, device }: Extract<Step, { do: 'pass xdp' }>, site: Site): void {
  site.pass ??= site.stack.use(new XdpPass())
  site.pass.attach(hostOf(site, host), device)
}
